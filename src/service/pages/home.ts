/** The root of the service: what it is, and where to go from here. */
import { html } from 'hono/html';
import { VERSION } from '../../node/version.js';
import { type Html, page } from './layout.js';

export function homePage({ hasStudio, needsToken }: { hasStudio: boolean; needsToken: boolean }): Html {
  const studio = html`<a class="card" href="/studio/">
    <strong>Studio</strong>
    <span>The page that paints: on your own device, or here on this server.</span>
  </a>`;
  return page(
    'Giverny',
    html`<main class="home">
  <h1>Giverny</h1>
  <p>This server paints photos in the style of paintings.</p>
  <nav>
    ${hasStudio ? studio : ''}
    <a class="card" href="/api">
      <strong>API</strong>
      <span>Every request and answer, for programs. The same as <code>/v1/openapi.json</code>.</span>
    </a>
  </nav>
  <h2>From a terminal</h2>
  <pre>giverny submit photo.jpg painting.jpg \\
  --server &lt;this address&gt; --wait -o painted.png</pre>
  <p>${
    needsToken
      ? 'This server asks for a token, which its keeper gives you. The command reads it from the variable GIVERNY_TOKEN.'
      : 'This server serves this computer alone and asks for no token.'
  }</p>
  <footer>Version ${VERSION}</footer>
</main>`,
  );
}
