// Where the boxes of a graph go: rows by the longest way from the inputs, in each row an order with few crossings, and places
// near those they are tied to. Ties over several rows go through a small box in each row between.

export interface LayoutInput {
  /** Boxes; ties go from a lower to a higher index. */
  readonly count: number;
  readonly ties: readonly (readonly [from: number, to: number])[];
  readonly boxWidth: number;
  readonly gap: number;
}

export interface Layout {
  readonly rows: number;
  readonly width: number;
  /** Of each box: its row, and the middle of it from the left. */
  readonly row: readonly number[];
  readonly x: readonly number[];
  /** For each tie the middles it goes through, from row to row, ends included. */
  readonly ways: readonly (readonly { readonly row: number; readonly x: number }[])[];
}

/** A place in a row: a box, or where a tie passes. */
interface Place {
  readonly row: number;
  readonly width: number;
  readonly above: Place[];
  readonly below: Place[];
  x: number;
}

const PASSING = 14;
const ORDER_SWEEPS = 8;
const PLACE_SWEEPS = 12;

export function layoutGraph({ count, ties, boxWidth, gap }: LayoutInput): Layout {
  const row = rowsOf(count, ties);
  const rows: Place[][] = Array.from({ length: Math.max(0, ...row.map((each) => each + 1)) }, () => []);
  const add = (at: number, width: number): Place => {
    const place: Place = { row: at, width, above: [], below: [], x: 0 };
    rows[at]!.push(place);
    return place;
  };
  const boxes = row.map((at) => add(at, boxWidth));
  const ways = ties.map(([from, to]) => {
    const way = [boxes[from]!];
    for (let at = row[from]! + 1; at < row[to]!; at++) way.push(add(at, PASSING));
    way.push(boxes[to]!);
    for (const [index, place] of way.slice(1).entries()) {
      way[index]!.below.push(place);
      place.above.push(way[index]!);
    }
    return way;
  });
  arrange(rows, gap);
  const places = rows.flat();
  const left = Math.min(0, ...places.map(({ x, width }) => x - width / 2));
  const right = Math.max(0, ...places.map(({ x, width }) => x + width / 2));
  for (const place of places) place.x -= left;
  return {
    rows: rows.length,
    width: right - left,
    row,
    x: boxes.map(({ x }) => x),
    ways: ways.map((way) => way.map((place) => ({ row: place.row, x: place.x }))),
  };
}

/** The longest way from the start. */
function rowsOf(count: number, ties: readonly (readonly [number, number])[]): number[] {
  const row = Array<number>(count).fill(0);
  for (const [from, to] of [...ties].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    row[to] = Math.max(row[to]!, row[from]! + 1);
  }
  return row;
}

function arrange(rows: readonly Place[][], gap: number): void {
  for (const row of rows)
    spread(
      row,
      row.map((_, index) => index),
      gap,
    );
  for (let sweep = 0; sweep < ORDER_SWEEPS; sweep++) {
    for (const [row, kind] of sweepOf(rows, sweep)) {
      const wanted = new Map(row.map((place) => [place, mean(place[kind], place.x)]));
      row.sort((a, b) => wanted.get(a)! - wanted.get(b)!);
      spread(
        row,
        row.map((place) => wanted.get(place)!),
        gap,
      );
    }
  }
  for (let sweep = 0; sweep < PLACE_SWEEPS; sweep++) {
    for (const [row, kind] of sweepOf(rows, sweep))
      spread(
        row,
        row.map((place) => mean(place[kind], place.x)),
        gap,
      );
  }
}

/** Downwards with an eye to the row above, then upwards. */
function sweepOf(rows: readonly Place[][], sweep: number): [Place[], 'above' | 'below'][] {
  return sweep % 2 === 0
    ? rows.map((row): [Place[], 'above'] => [row, 'above'])
    : [...rows].reverse().map((row): [Place[], 'below'] => [row, 'below']);
}

function mean(places: readonly Place[], fallback: number): number {
  return places.length === 0 ? fallback : places.reduce((sum, { x }) => sum + x, 0) / places.length;
}

/** Puts a row as near to the wanted places as its order and the gaps between allow: those that would overlap become a
 *  group, which goes to the mean of what its members want. */
function spread(row: readonly Place[], wanted: readonly number[], gap: number): void {
  const groups: { first: number; offset: number; sum: number; count: number; width: number }[] = [];
  const offsets: number[] = [];
  for (const [index, { width }] of row.entries()) {
    let group = { first: index, offset: 0, sum: wanted[index]!, count: 1, width };
    offsets[index] = 0;
    for (let before = groups.at(-1); before !== undefined; before = groups.at(-1)) {
      const end = before.sum / before.count + before.offset + before.width / 2;
      if (group.sum / group.count - row[group.first]!.width / 2 >= end + gap) break;
      groups.pop();
      group = joined(before, group, row, offsets, index, gap);
    }
    groups.push(group);
  }
  for (const [at, group] of groups.entries()) {
    const until = groups[at + 1]?.first ?? row.length;
    for (let index = group.first; index < until; index++)
      row[index]!.x = group.sum / group.count + offsets[index]!;
  }
}

type Group = { first: number; offset: number; sum: number; count: number; width: number };

/** `offset` and `width` are of the last member, from where the first one is. */
function joined(
  before: Group,
  group: Group,
  row: readonly Place[],
  offsets: number[],
  last: number,
  gap: number,
): Group {
  const shift = before.offset + before.width / 2 + gap + row[group.first]!.width / 2;
  for (let index = group.first; index <= last; index++) offsets[index]! += shift;
  return {
    first: before.first,
    offset: group.offset + shift,
    sum: before.sum + group.sum - shift * group.count,
    count: before.count + group.count,
    width: group.width,
  };
}
