// The types of generate.mjs, for the test that imports it.
export declare function generate(): string;
