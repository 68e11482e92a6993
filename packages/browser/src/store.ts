// What is kept in the browser: localStorage, or memory where the browser refuses storage (blocked, full).
// Invariant: nothing here throws; a value that could not be stored still serves this page.

export interface Store {
  readonly get: (key: string) => string | null;
  readonly set: (key: string, value: string) => void;
  readonly remove: (key: string) => void;
  readonly keys: () => string[];
}

export function browserStore(): Store {
  const memory = new Map<string, string>();
  // Reading the property `localStorage` may itself throw, so every use stands inside.
  const attempt = <T>(use: () => T, otherwise: T): T => {
    try {
      return use();
    } catch {
      return otherwise;
    }
  };
  return {
    get: (key) => memory.get(key) ?? attempt(() => localStorage.getItem(key), null),
    set(key, value) {
      memory.set(key, value);
      attempt<unknown>(() => {
        localStorage.setItem(key, value);
        memory.delete(key);
      }, null);
    },
    remove(key) {
      memory.delete(key);
      attempt<unknown>(() => localStorage.removeItem(key), null);
    },
    keys: () => [...memory.keys(), ...attempt(() => Object.keys(localStorage), [])],
  };
}
