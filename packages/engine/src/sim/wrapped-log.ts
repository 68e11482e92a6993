// A log that hands everything through but for what it is given instead.
import type { Log } from '../ports/log.js';

export function wrappedLog(log: Log, changes: Partial<Log>): Log {
  return new Proxy(log, {
    get(target, name) {
      if (Object.hasOwn(changes, name)) return Reflect.get(changes, name, changes) as unknown;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? (...args: unknown[]): unknown => Reflect.apply(value, target, args) : value;
    },
  });
}
