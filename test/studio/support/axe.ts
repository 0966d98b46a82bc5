/** Whether everybody can use a page, as far as axe can tell. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds, minor things included, with where it is. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(`${axe.source}; undefined`);
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}
