// A request as whoever asks gives it: over HTTP, or a host in the same process, whose types say nothing about what a number or a text
// holds. What checks it gives it back as what it was taken for.
export type Asked<T> = { readonly [Part in keyof T]?: unknown };
