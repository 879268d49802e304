// Work on a list, a few items at a time.

/** The results of `work` for every item, in the order of the items; items begin in order, at most `lanes` at once. */
export async function inLanes<T, R>(
  lanes: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index]!);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
