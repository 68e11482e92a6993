// When a person has really seen an element: at least half of it in the window, for a second without a break, the page in the foreground.
// (The measure of the Media Rating Council for display; an element more than twice as tall as the window never reaches it.)

export const seenShare = 0.5;
export const seenMs = 1_000;

/** Calls `done` once, when it was seen. Returns how to stop watching. */
export function whenSeen(element: Element, done: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let inWindow = false;
  const check = (): void => {
    clearTimeout(timer);
    if (inWindow && !document.hidden) {
      timer = setTimeout(() => {
        // What has a place but is not painted counts as in the window for the observer; look at it again later.
        if (!(element.checkVisibility?.({ opacityProperty: true, visibilityProperty: true }) ?? true)) return check();
        stop();
        done();
      }, seenMs);
    }
  };
  const observer = new IntersectionObserver(
    (entries) => {
      inWindow = (entries.at(-1)?.intersectionRatio ?? 0) >= seenShare;
      check();
    },
    { threshold: seenShare },
  );
  const stop = (): void => {
    inWindow = false;
    check();
    observer.disconnect();
    document.removeEventListener('visibilitychange', check);
  };
  document.addEventListener('visibilitychange', check);
  observer.observe(element);
  return stop;
}
