/** Gives focus to what is near by, where the element that had it went away: keyboards and screen readers stay there. */
export function keepFocus(near: HTMLElement | null): void {
  // When all is shown.
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) near?.focus({ preventScroll: true });
  });
}
