// What a bench throws when no figure may be given: exit code 2 for wrong use, 1 for a wrong answer of what is measured.

export class Complaint extends Error {
  override readonly name = 'Complaint';
  readonly exitCode: 1 | 2;

  constructor(exitCode: 1 | 2, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The engine, or a server, did not do what was asked: the run has no result. */
export function demand(held: boolean, otherwise: string): asserts held {
  if (!held) throw new Complaint(1, otherwise);
}
