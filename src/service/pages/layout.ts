/** What the service's own pages have in common. They are plain HTML without scripts. */
import { html } from 'hono/html';

export type Html = ReturnType<typeof html>;

/** Nothing but the page's own style and pictures; nobody may frame it. */
export const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function page(title: string, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="/icon.svg">
</head>
<body>
${content}
</body>
</html>
`;
}
