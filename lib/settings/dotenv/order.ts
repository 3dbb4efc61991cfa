/** Names that all lead to each other: a circle of references; or a single one. */
export type Group = ReadonlySet<string>;

interface Step {
  readonly name: string;
  readonly rest: Iterator<string>;
}

/**
 * The names in groups, each after those that it refers to: Tarjan's strongly connected components
 * (https://doi.org/10.1137/0201010), without recursion, as a chain may have thousands of links. Linear in names and
 * references. What is referred to and not among the names is passed over.
 *
 * @example
 * ```ts
 * const to = new Map([["a", ["b"]], ["b", ["c", "b"]], ["c", ["b"]]]);
 * dependenciesFirst(["a", "b", "c"], (name) => to.get(name) ?? []); // [new Set(["b", "c"]), new Set(["a"])]
 * ```
 */
export function dependenciesFirst(
  names: Iterable<string>,
  referencesOf: (name: string) => Iterable<string>,
): Group[] {
  const all = new Set(names);
  const indexes = new Map<string, number>();
  /** The lowest index that a name leads back to. */
  const lowest = new Map<string, number>();
  const waiting: string[] = [];
  const isWaiting = new Set<string>();
  const groups: Group[] = [];
  const path: Step[] = [];

  const lower = (name: string, index: number): void =>
    void lowest.set(name, Math.min(lowest.get(name) ?? index, index));
  const enter = (name: string): void => {
    const index = indexes.size;
    indexes.set(name, index);
    lowest.set(name, index);
    waiting.push(name);
    isWaiting.add(name);
    path.push({ name, rest: referencesOf(name)[Symbol.iterator]() });
  };
  const leave = (name: string): void => {
    path.pop();
    const index = lowest.get(name) ?? 0;
    const before = path.at(-1);
    if (before !== undefined) lower(before.name, index);
    if (index !== indexes.get(name)) return;
    const group = waiting.splice(waiting.lastIndexOf(name));
    for (const member of group) isWaiting.delete(member);
    groups.push(new Set(group));
  };

  for (const root of all) {
    if (indexes.has(root)) continue;
    enter(root);
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const { done, value: name = "" } = step.rest.next();
      if (done) leave(step.name);
      else if (all.has(name) && !indexes.has(name)) enter(name);
      else if (isWaiting.has(name)) lower(step.name, indexes.get(name) ?? 0);
    }
  }
  return groups;
}
