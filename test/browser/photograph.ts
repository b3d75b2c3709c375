import { join } from 'node:path'
import { type Page, test } from '@playwright/test'

/**
 * Photographs what a window shows when all has faded in. `npm run screenshots` puts the pictures into `docs/screenshots`; otherwise they lie with
 * the test's results, as those of the repository change only when somebody asks for it.
 */
export async function photograph(page: Page, screen: string): Promise<void> {
  await page.waitForFunction(
    () => !document.getAnimations().some((animation) => animation instanceof CSSTransition),
  )
  const info = test.info()
  const isAsked = info.config.updateSnapshots === 'all'
  const file = `${screen.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.png`
  await page.screenshot({
    path: isAsked ? join(info.config.rootDir, '../../docs/screenshots', file) : info.outputPath(file),
  })
}
