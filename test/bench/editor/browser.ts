import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from '@playwright/test'
import { type BuiltPage, buildPage, showBuiltPage } from '../../support/built-page.ts'
import { ensureChromium } from '../../support/chromium.ts'

/** A Chromium with the page that the editors are measured in. */
export interface BenchBrowser {
  /** The page in a window of its own, with nothing remembered. */
  openWindow(serverUrl: string): Promise<Page>
  close(): Promise<void>
}

const HOST = fileURLToPath(new URL('../../pages/bench-host.tsx', import.meta.url))
let host: Promise<BuiltPage> | undefined

/** Starts the browser; the page is built once for all runs. */
export async function startBrowser(): Promise<BenchBrowser> {
  host ??= buildPage(HOST)
  const built = await host
  const browser: Browser = await chromium.launch({
    executablePath: ensureChromium(),
    // Chromium's sandbox does not work for root.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
  return {
    async openWindow(serverUrl) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
      const page = await context.newPage()
      await showBuiltPage(page, `${serverUrl}/bench-host`, built)
      return page
    },
    close: () => browser.close(),
  }
}
