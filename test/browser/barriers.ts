import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { photograph } from './photograph.ts'

const WCAG_22_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
/** Those of its rules that a screen may keep in light and break in dark. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block']

/**
 * Looks at what is open in light and then in dark, and photographs it: where axe finds something against WCAG 2.2 AA, the
 * test fails in the end, and goes on until then. Leaves the page in light.
 */
export async function expectNoBarriers(page: Page, screen: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.waitForFunction(
      (scheme) => document.documentElement.dataset['mantineColorScheme'] === scheme,
      colorScheme,
    )
    // What still fades in then has other colours than it will have: this waits for it.
    await photograph(page, colorScheme === 'dark' ? `${screen} dark` : screen)
    expect.soft(await findBarriers(page, colorScheme === 'dark'), `${screen} in ${colorScheme}`).toEqual([])
  }
  await page.emulateMedia({ colorScheme: 'light' })
}

async function findBarriers(page: Page, isOfColours: boolean): Promise<string[]> {
  // There are no frames, which it would need a page of its own for, each time. The carets' names come and go.
  const axe = new AxeBuilder({ page }).setLegacyMode().exclude('.collaboration-caret')
  const { violations } = await (isOfColours
    ? axe.withRules(COLOUR_RULES)
    : axe.withTags(WCAG_22_AA)
  ).analyze()
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  )
}
