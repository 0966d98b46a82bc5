// Light or dark before the first paint: a file of its own, as the page's policy allows no script within it. theme.ts
// follows the choice from then on.
(() => {
  let chosen = 'auto';
  try {
    chosen = localStorage.getItem('giverny.theme') ?? 'auto';
  } catch {
    // Without storage the system decides.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  // What the browser fills the window with until the styles are there.
  document.querySelector('meta[name="color-scheme"]').content = dark ? 'dark' : 'light';
})();
