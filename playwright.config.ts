import { defineConfig } from '@playwright/test'
import { ensureChromium } from './test/support/chromium.ts'

export default defineConfig({
  testDir: 'test/browser',
  outputDir: 'test-results',
  // Each worker has a server and a PostgreSQL of its own; two cores carry two.
  workers: 2,
  // Tests of one file share nothing but the worker's server, so no worker is left over with the last file.
  fullyParallel: true,
  // What passes only the second time is printed as flaky. It is a bug of the test or of the product, to be found and mended; but
  // one moment of a busy machine does not hold up everything else.
  retries: process.env['CI'] === undefined ? 0 : 1,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    viewport: { width: 1280, height: 800 },
    // A trace of every step costs a fifth of the time or more; `npm run test:browser -- --trace on` makes one. What failed
    // leaves a picture and the page as text behind.
    trace: 'off',
    screenshot: 'only-on-failure',
    // It fetches the whole app once more, for every person of every test. Tests of it say 'allow'.
    serviceWorkers: 'block',
    launchOptions: {
      executablePath: ensureChromium(),
      // Chromium's sandbox does not work for root.
      args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    },
  },
})
