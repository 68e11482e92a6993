// What scripts/bundle.mjs offers to the tests.
export function bundles(): Promise<ReadonlyMap<string, string>>;
