// The page: whole, alone, the same every time, and closed to what names hold. How it looks is for
// browser.test.ts.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { layoutGraph } from '../../ts-host/report/html/graphLayout.js';
import { SCRIPT_HASH, STYLE_HASH } from '../../ts-host/report/html/hashes.js';
import { reportToHtml } from '../../ts-host/report/html/index.js';
import { SCRIPT } from '../../ts-host/report/html/script.js';
import { STYLE } from '../../ts-host/report/html/style.js';
import type { Report } from '../../ts-host/report/layers/layerReport.js';
import { Rng } from '../support/rng.js';
import { EMPTY_REPORT, HOSTILE, hostileReport, netReport } from './reports.js';

const sha256 = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const VOID = new Set(['meta', 'link', 'br', 'input']);

/** Every tag with its attributes, checked to nest. Scripts and style are taken out first. */
function tagsOf(page: string): { tag: string; attributes: string }[] {
  const markup = page
    .replace(/<style>[\s\S]*?<\/style>/g, '<style></style>')
    .replace(/(<script[^>]*>)[\s\S]*?<\/script>/g, '$1</script>');
  const open: string[] = [];
  const tags: { tag: string; attributes: string }[] = [];
  const rest = markup.replace(
    /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+(?:="[^"<>]*")?)*)\s*(\/?)>/g,
    (_, end, tag, attributes, empty) => {
      if (end === '/') assert.equal(open.pop(), tag, `</${tag}>`);
      else if (empty !== '/' && !VOID.has(tag)) open.push(tag);
      if (end !== '/') tags.push({ tag, attributes });
      return '';
    },
  );
  assert.deepEqual(open, []);
  assert.ok(!rest.replace('<!DOCTYPE html>', '').includes('<'), rest.slice(rest.indexOf('<', 20), 80));
  return tags;
}

describe('reportToHtml', () => {
  it('the policy -> the hashes of style and script', async () => {
    assert.deepEqual(
      [sha256(STYLE), sha256(SCRIPT)],
      [STYLE_HASH, SCRIPT_HASH],
      'run npx tsx scripts/report-hashes.ts',
    );
    const page = reportToHtml(await netReport());
    const [, style] = /<style>([\s\S]*?)<\/style>/.exec(page)!;
    const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text!);
    assert.deepEqual([style, ...scripts], [STYLE, SCRIPT]);
    assert.ok(page.includes(`style-src '${STYLE_HASH}'`) && page.includes(`script-src '${SCRIPT_HASH}'`));
  });

  it('nothing from elsewhere: no address, no inline style, no handler', async () => {
    for (const report of [await netReport(), await hostileReport(), EMPTY_REPORT]) {
      for (const { tag, attributes } of tagsOf(reportToHtml(report))) {
        const names = [...attributes.matchAll(/\s([\w:-]+)(?:="[^"]*")?/g)].map(([, name]) => name!);
        const forbidden = names.filter((name) =>
          /^(style|on\w+|src|srcset|action|formaction|srcdoc)$/.test(name),
        );
        assert.deepEqual(forbidden, [], `<${tag}${attributes}>`);
        const [, href] = /\shref="([^"]*)"/.exec(attributes) ?? [];
        assert.ok(href === undefined || /^#[\w-]+$/.test(href) || href === 'data:,', href);
        assert.ok(!['iframe', 'object', 'embed', 'img', 'form', 'base'].includes(tag), tag);
      }
      assert.ok(!/https?:|url\(|@import/.test(STYLE + SCRIPT));
    }
  });

  it('hostile names -> text, and JSON that ends where it should', async () => {
    const report = await hostileReport();
    const page = reportToHtml(report);
    tagsOf(page);
    const [, json] = /<script type="application\/json" id="report">([\s\S]*?)<\/script>/.exec(page)!;
    const data = JSON.parse(json!) as Report;
    assert.deepEqual(data.unmatched, HOSTILE);
    assert.deepEqual(
      data.layers.map(({ node }) => node),
      report.layers.map(({ node }) => node),
    );
    for (const text of ['<script>alert', '<img', "' onmouseover", '\u0000', '\u0007']) {
      assert.ok(!page.replace(json!, '').includes(text), text);
    }
    assert.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
  });

  it('every layer -> a bar, a box, details that links lead to', async () => {
    const report = await netReport();
    const page = reportToHtml(report);
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id!);
    assert.equal(new Set(ids).size, ids.length);
    for (const [, target] of page.matchAll(/\shref="#([^"]+)"/g)) assert.ok(ids.includes(target!), target);
    for (const index of report.layers.keys()) {
      assert.equal(page.match(new RegExp(`<details class="layer" id="layer${index}">`, 'g'))?.length, 1);
      assert.ok(page.includes(`<a href="#layer${index}" class="`), `box of layer ${index}`);
    }
    for (const text of [
      '1.10 MB',
      '27.5 % of 4.00 MB',
      '3 of 6',
      'its output is one of the model',
      '--skip second',
      'onnxruntime-web',
      'sample 3',
    ]) {
      assert.ok(page.includes(text), text);
    }
  });

  it('bars -> ranks by error, worst first', async () => {
    const report = await netReport();
    const page = reportToHtml(report);
    const ranks = [...page.matchAll(/data-rank="(\d+)"/g)].map(([, rank]) => Number(rank));
    const errors = report.layers.map(
      ({ outputs }) => report.values.find(({ value }) => value === outputs[0])!.error.sqnrDb,
    );
    assert.deepEqual(
      [...ranks].sort(),
      ranks.map((_, i) => i),
    );
    for (const [i, a] of ranks.entries()) {
      for (const [j, b] of ranks.entries()) if (a < b) assert.ok(errors[i]! <= errors[j]!);
    }
  });

  it('the same report -> the same text, wherever and whenever', async () => {
    const report = await netReport();
    const first = reportToHtml(report);
    const RealDate = globalThis.Date;
    const original = Number.prototype.toLocaleString;
    globalThis.Date = class extends RealDate {
      constructor() {
        super(0);
        assert.fail('a date was asked for');
      }
    } as DateConstructor;
    Number.prototype.toLocaleString = () => assert.fail('a locale was asked for');
    try {
      assert.equal(reportToHtml(structuredClone(report)), first);
    } finally {
      globalThis.Date = RealDate;
      Number.prototype.toLocaleString = original;
    }
  });

  it('nothing compared -> a page that says so', () => {
    const page = reportToHtml(EMPTY_REPORT);
    tagsOf(page);
    assert.match(page, /nothing to compare/);
  });

  it('numbers that are none -> dashes', async () => {
    const report = await netReport();
    const nan = { mse: Number.NaN, sqnrDb: Number.NaN, cosine: Number.NaN, maxAbs: Number.NaN };
    const page = reportToHtml({
      ...report,
      values: report.values.map((value) => ({ ...value, error: nan, ownError: nan })),
    });
    const markup = page.replace(/<script[\s\S]*?<\/script>/g, '');
    assert.ok(
      !/NaN(?! or infinite)|Infinity|undefined|null/.test(markup),
      /.{60}(NaN|Infinity|undefined|null).{20}/.exec(markup)?.[0],
    );
  });
});

describe('layoutGraph', () => {
  const shape = { boxWidth: 100, gap: 10 };

  function check(count: number, ties: readonly (readonly [number, number])[]): void {
    const { row, x, ways, rows, width } = layoutGraph({ count, ties, ...shape });
    for (const [from, to] of ties) assert.ok(row[from]! < row[to]!, `${from} -> ${to}`);
    const byRow = new Map<number, number[]>();
    for (const [box, at] of row.entries()) byRow.set(at, [...(byRow.get(at) ?? []), x[box]!]);
    for (const places of byRow.values()) {
      const sorted = [...places].sort((a, b) => a - b);
      for (const [i, place] of sorted.entries()) {
        assert.ok(place >= 50 - 1e-6 && place <= width - 50 + 1e-6, 'inside');
        if (i > 0) assert.ok(place - sorted[i - 1]! >= 110 - 1e-6, 'boxes overlap');
      }
    }
    for (const [tie, way] of ways.entries()) {
      const [from, to] = ties[tie]!;
      assert.deepEqual([way[0]!.row, way.at(-1)!.row], [row[from], row[to]]);
      assert.deepEqual(
        way.map((place) => place.row),
        Array.from({ length: way.length }, (_, i) => row[from]! + i),
      );
      // Between its ends a tie meets no box.
      for (const { row: at, x: middle } of way.slice(1, -1)) {
        assert.ok(
          byRow.get(at)!.every((place) => Math.abs(place - middle) >= 50),
          'a tie goes through a box',
        );
      }
    }
    assert.equal(rows, Math.max(0, ...row.map((at) => at + 1)));
  }

  it('no boxes, one box, a chain -> below one another', () => {
    check(0, []);
    check(1, []);
    const { x } = layoutGraph({
      count: 3,
      ties: [
        [0, 1],
        [1, 2],
      ],
      ...shape,
    });
    assert.deepEqual(x, [50, 50, 50]);
  });

  it('random graphs -> boxes apart, ties between rows around boxes', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const rng = new Rng(seed);
      const count = rng.int(2, 30);
      const ties: [number, number][] = [];
      for (let to = 1; to < count; to++) {
        const from = new Set(
          Array.from({ length: rng.int(0, 3) }, () => rng.int(Math.max(0, to - 9), to - 1)),
        );
        for (const each of from) ties.push([each, to]);
      }
      check(count, ties);
    }
  });
});
