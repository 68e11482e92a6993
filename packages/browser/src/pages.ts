// Page views of single-page applications: a view whenever the path changes, by whatever way the history was moved.
// Query and fragment are neither compared nor reported: they often hold what a person typed.

export interface PageProperties {
  readonly url: string;
  readonly path: string;
  readonly title: string;
  readonly referrer: string;
}

const bare = (url: string): string => url.split(/[?#]/)[0] ?? '';

let referrer: string | undefined;

/** What describes the page now. */
export function describePage(): PageProperties {
  return { url: bare(location.href), path: location.pathname, title: document.title, referrer: referrer ?? bare(document.referrer) };
}

/** Calls `onPage` after each change of the path. */
export function watchPages(onPage: () => void): void {
  let url = bare(location.href);
  const check = (): void => {
    // Later, because applications set the title after they moved.
    setTimeout(() => {
      const now = bare(location.href);
      if (now === url) return;
      referrer = url;
      url = now;
      onPage();
    });
  };
  for (const name of ['pushState', 'replaceState'] as const) {
    const move = history[name];
    history[name] = function (...state) {
      move.apply(this, state);
      check();
    };
  }
  addEventListener('popstate', check);
}
