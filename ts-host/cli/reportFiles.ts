// Files of `--report`: a report by layers, as what the ending of the file says.

import { basename, dirname, extname, join, resolve } from 'node:path';
import { folderSink } from '../io/node/folder-sink.js';
import type { Report } from '../report/layers/layerReport.js';
import { UsageError } from './errors.js';
import { STANDARD_STREAM } from './output.js';

type Format = 'html' | 'json' | 'csv' | 'dot';

const FORMATS: Readonly<Record<string, Format>> = {
  '.html': 'html',
  '.htm': 'html',
  '.json': 'json',
  '.csv': 'csv',
  '.dot': 'dot',
  '.gv': 'dot',
};

/** Tables beside the one that `--report FILE.csv` names. */
const TABLES = { quantParam: 'quant_param', outputSummary: 'output_summary' } as const;

/** Paths that reports will be written to, before anything is computed.
 *  @throws UsageError for an ending that says nothing, and for files named twice */
export function reportPaths(reports: readonly string[]): string[] {
  const paths = reports.flatMap((path) => {
    if (path === STANDARD_STREAM) throw new UsageError('a report needs a file', '--report');
    const format = formatOf(path);
    return format === 'csv'
      ? [path, ...Object.values(TABLES).map((table) => tablePath(path, table))]
      : [path];
  });
  const known = new Set<string>();
  for (const path of paths) {
    if (known.has(resolve(path))) throw new UsageError(`${path} would be written twice`, '--report');
    known.add(resolve(path));
  }
  return paths;
}

/** Writes a report as each of the files says. They appear whole.
 *  @returns paths of all files */
export async function writeReports(report: Report, reports: readonly string[]): Promise<string[]> {
  const written: string[] = [];
  for (const path of reports) {
    const files = await filesOf(report, path);
    const sink = folderSink(dirname(path));
    try {
      for (const [file, text] of files) {
        const bytes = new TextEncoder().encode(text);
        const output = await sink.create(basename(file), bytes.byteLength);
        await output.write(bytes);
        await output.close();
      }
      await sink.commit();
    } catch (error) {
      await sink.abort();
      throw error;
    }
    written.push(...files.map(([file]) => file));
  }
  return written;
}

async function filesOf(report: Report, path: string): Promise<[string, string][]> {
  switch (formatOf(path)) {
    case 'html':
      return [[path, (await import('../report/html/index.js')).reportToHtml(report)]];
    case 'json':
      return [[path, (await import('../report/write/json.js')).reportToJson(report)]];
    case 'dot':
      return [[path, (await import('../report/write/dot.js')).reportToDot(report)]];
    case 'csv': {
      const tables = (await import('../report/write/csv.js')).reportToCsv(report);
      return [
        [path, tables.round],
        [tablePath(path, TABLES.quantParam), tables.quantParam],
        [tablePath(path, TABLES.outputSummary), tables.outputSummary],
      ];
    }
  }
}

function formatOf(path: string): Format {
  const format = FORMATS[extname(path).toLowerCase()];
  if (format !== undefined) return format;
  throw new UsageError(`${path} must end in .html, .json, .csv or .dot`, '--report');
}

/** `dir/report.csv` → `dir/report.quant_param.csv` */
function tablePath(path: string, table: string): string {
  const extension = extname(path);
  return join(dirname(path), `${basename(path, extension)}.${table}${extension}`);
}
