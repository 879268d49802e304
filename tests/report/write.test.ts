// JSON, CSV and Graphviz of a report: what is in them, and that no name breaks them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { reportToCsv } from '../../ts-host/report/write/csv.js';
import { reportToDot } from '../../ts-host/report/write/dot.js';
import { reportToJson } from '../../ts-host/report/write/json.js';
import { EMPTY_REPORT, hostileReport, netReport } from './reports.js';

/** Cells of a CSV text by RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const [at, next] = [text[i]!, text[i + 1]];
    if (quoted) {
      if (at === '"' && next === '"') cell += text[i++]!;
      else if (at === '"') quoted = false;
      else cell += at;
    } else if (at === '"') quoted = true;
    else if (at === ',') {
      rows.at(-1)!.push(cell);
      cell = '';
    } else if (at === '\r' && next === '\n') {
      rows.at(-1)!.push(cell);
      cell = '';
      rows.push([]);
      i++;
    } else cell += at;
  }
  assert.equal(cell, '');
  assert.deepEqual(rows.pop(), []);
  return rows;
}

describe('reportToCsv', () => {
  it('the small net -> three tables with the columns of MindSpore', async () => {
    const report = await netReport();
    const { round, quantParam, outputSummary } = reportToCsv(report);
    const [head, ...rows] = parseCsv(round);
    assert.equal(
      head!.join(),
      'NodeName,NodeType,TensorName,InOutFlag,DataTypeFlag,TensorTypeFlag,Min,Q1,Median,Q3,Max,Mean,Var,Sparsity,Clip,CosineSimilarity',
    );
    assert.ok(rows.every((row) => row.length === 16));
    assert.deepEqual(
      rows.filter(([node]) => node === 'second').map((row) => row.slice(1, 6).join(' ')),
      [
        'Conv r Input Origin Activation',
        'Conv r Input Dequant Activation',
        'Conv w2 Input Origin Weight',
        'Conv w2 Input Dequant Weight',
        'Conv d Output Origin Activation',
        'Conv d Output Dequant Activation',
      ],
    );
    const d = report.values.find(({ value }) => value === 'd')!;
    const [origin, dequant] = rows.filter((row) => row[0] === 'second' && row[3] === 'Output');
    const figures = ({ min, q1, median, q3, max, mean, variance, sparsity }: typeof d.origin) =>
      [min, q1, median, q3, max, mean, variance, sparsity].map(String);
    assert.deepEqual(origin!.slice(6), [...figures(d.origin), '0', '1']);
    assert.deepEqual(dequant!.slice(6), [
      ...figures(d.dequantized),
      String(d.clipped),
      String(d.error.cosine),
    ]);

    const [paramHead, ...params] = parseCsv(quantParam);
    assert.equal(
      paramHead!.join(),
      'NodeName,NodeType,TensorName,ElementsNum,Dims,Scale,ZeroPoint,Bits,CorrectionVar,CorrectionMean',
    );
    const second = params.filter(([node]) => node === 'second');
    assert.equal(second.filter((row) => row[2] === 'w2').length, 8, 'a row a channel');
    assert.deepEqual(second.find((row) => row[2] === 'd')!.slice(3), [
      '1152',
      '1 8 12 12',
      String(Math.fround(8 / 255)),
      '128',
      '8',
      '1',
      '0',
    ]);

    const [summaryHead, ...summary] = parseCsv(outputSummary);
    assert.equal(summaryHead!.join(), 'Round,TensorName,CosineSimilarity');
    assert.deepEqual(
      summary,
      report.outputs[0]!.cosine.map((cosine, run) => [String(run), 'y', String(cosine)]),
    );
  });

  it('hostile names -> cells that hold them; what looks like a formula gets an apostrophe', async () => {
    const report = await hostileReport();
    const { round, quantParam, outputSummary } = reportToCsv(report);
    for (const [text, width] of [
      [round, 16],
      [quantParam, 10],
      [outputSummary, 3],
    ] as const) {
      const rows = parseCsv(text);
      assert.ok(rows.every((row) => row.length === width));
      assert.ok(rows.flat().every((cell) => !/^[=+@\t\r]/.test(cell) && !/^-\D/.test(cell)));
    }
    const names = new Set(parseCsv(round).map(([node]) => node!.replace(/^'(?=[=+\-@])/, '')));
    for (const { node, outputs } of report.layers) {
      const compared = outputs.some((name) => report.values.some(({ value }) => value === name));
      assert.ok(!compared || names.has(node), JSON.stringify(node));
    }
  });

  it('nothing compared -> heads alone', () => {
    const { round, quantParam, outputSummary } = reportToCsv(EMPTY_REPORT);
    for (const text of [round, quantParam, outputSummary]) assert.equal(parseCsv(text).length, 1);
  });

  it('NaN -> an empty cell', async () => {
    const report = await netReport();
    const values = report.values.map((value) => ({
      ...value,
      error: { ...value.error, cosine: Number.NaN },
    }));
    const [, ...rows] = parseCsv(reportToCsv({ ...report, values }).round);
    assert.ok(rows.some((row) => row[4] === 'Dequant' && row[15] === ''));
  });
});

describe('reportToDot', () => {
  const dot = spawnSync('dot', ['-V']).error === undefined;

  it('the small net -> a box a layer with its error, dashed in float, and arrows between', async () => {
    const text = reportToDot(await netReport());
    assert.match(text, /^digraph "net\.int8\.onnx" \{\n/);
    assert.match(
      text,
      /n0 \[label="Conv \+ Relu\\nfirst\\n[\d.]+ dB, alone [\d.]+ dB", fillcolor="#[0-9a-f]{6}"\]/,
    );
    assert.match(
      text,
      /n3 \[label="GlobalAveragePool\\npool\\n[^"]*", fillcolor="#[0-9a-f]{6}", style="filled,dashed"\]/,
    );
    for (const edge of ['i0 -> n0 [label="x"]', 'n0 -> n1 [label="r"]', 'n0 -> n2 [label="r"]', 'n5 -> o0']) {
      assert.ok(text.includes(edge), edge);
    }
  });

  it('hostile names -> every quote of the text is one that was written', async () => {
    for (const report of [await hostileReport(), EMPTY_REPORT]) {
      const text = reportToDot(report);
      const strings = text.match(/"(?:[^"\\]|\\.)*"/gs) ?? [];
      const rest = text.replace(/"(?:[^"\\]|\\.)*"/gs, 'S');
      assert.ok(strings.length > 0);
      assert.ok(!text.includes('\0'), 'a NUL, where Graphviz stops reading');
      assert.match(rest, /^digraph S \{\n(?: {2}[\w ,=[\]>-]*\n)*\}\n$/);
      if (!dot) continue;
      const { status, stderr } = spawnSync('dot', ['-Tsvg'], { input: text, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    }
  });
});

describe('reportToJson', () => {
  it('a report -> the same values, infinities and NaN as null', async () => {
    const report = await netReport();
    const back = JSON.parse(reportToJson(report));
    assert.equal(back.version, 1);
    const plain = JSON.parse(
      JSON.stringify(report, (_, value) =>
        typeof value === 'number' && !Number.isFinite(value) ? null : value,
      ),
    );
    assert.deepEqual(back, plain);
    const relu = back.values.find(({ value }: { value: string }) => value === 'g');
    assert.deepEqual([relu.ownError.mse, relu.ownError.sqnrDb], [0, null]);
  });
});
