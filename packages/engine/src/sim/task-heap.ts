// A binary heap of tasks by (time, seq): two tasks of one moment keep the order in which they were set.
import { must } from '../base/assert.js';

export interface Task {
  /** Virtual time in whole microseconds. */
  readonly atUs: number;
  readonly seq: number;
  /** null once cancelled; it then waits in the heap until its time and is passed over. */
  run: (() => void) | null;
}

const isBefore = (a: Task, b: Task): boolean => a.atUs < b.atUs || (a.atUs === b.atUs && a.seq < b.seq);

export class TaskHeap {
  readonly #tasks: Task[] = [];

  get size(): number {
    return this.#tasks.length;
  }

  peek(): Task | undefined {
    return this.#tasks[0];
  }

  push(task: Task): void {
    const tasks = this.#tasks;
    let at = tasks.push(task) - 1;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = must(tasks[parent], 'a parent is in the heap');
      if (!isBefore(task, above)) break;
      tasks[at] = above;
      at = parent;
    }
    tasks[at] = task;
  }

  pop(): Task | undefined {
    const tasks = this.#tasks;
    const first = tasks[0];
    const last = tasks.pop();
    if (first === undefined || last === undefined || first === last) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let below = tasks[child];
      if (below === undefined) break;
      const right = tasks[child + 1];
      if (right !== undefined && isBefore(right, below)) {
        child += 1;
        below = right;
      }
      if (!isBefore(below, last)) break;
      tasks[at] = below;
      at = child;
    }
    tasks[at] = last;
    return first;
  }
}
