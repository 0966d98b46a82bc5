/** Whether everybody can use a page, as far as axe can tell. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe calls serious or critical, with where it is. */
export async function serious(page: Page): Promise<string[]> {
  await page.evaluate(`${axe.source}; undefined`);
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
  };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}
