// Room at the foot of the page for what stands there over it: as much again can be scrolled to, and what gets the focus comes to stand
// above (WCAG 2.4.11). Invariant: after `clear` the page has what it had. It is for pages whose root scrolls; one that scrolls a part of
// itself alone has to leave the room there.

export interface Room {
  readonly make: (heightPx: number) => void;
  readonly clear: () => void;
}

export function roomAtFoot(): Room {
  const { style } = document.body;
  const { style: rootStyle } = document.documentElement;
  const { paddingBlockEnd } = style;
  const { scrollPaddingBottom } = rootStyle;
  const own = getComputedStyle(document.body).paddingBlockEnd;
  return {
    make(heightPx) {
      style.paddingBlockEnd = `max(${own}, ${heightPx}px)`;
      rootStyle.scrollPaddingBottom = `${heightPx}px`;
    },
    clear() {
      style.paddingBlockEnd = paddingBlockEnd;
      rootStyle.scrollPaddingBottom = scrollPaddingBottom;
    },
  };
}
