import type { Page } from '@playwright/test'
import react from '@vitejs/plugin-react'
import { build, type Rolldown } from 'vite'

/** A script for the browser with everything that it imports, and its styles. */
export interface BuiltPage {
  readonly code: string
  readonly css: string
}

/** Builds a page of `test/pages/` or of a test's own, as it is for production. */
export async function buildPage(input: string): Promise<BuiltPage> {
  const built = (await build({
    ...{ configFile: false, logLevel: 'silent', plugins: [react()], publicDir: false },
    build: {
      write: false,
      cssCodeSplit: false,
      rolldownOptions: { input, output: { codeSplitting: false } },
    },
  })) as Rolldown.RolldownOutput | Rolldown.RolldownOutput[]
  const files = [built].flat().flatMap(({ output }) => output)
  const code = files.find((file) => file.type === 'chunk')?.code ?? ''
  const css = files.find(({ fileName }) => fileName.endsWith('.css'))
  return { code, css: css?.type === 'asset' ? String(css.source) : '' }
}

/** Shows a built page at an address of the server's own, so that it may talk to it. */
export async function showBuiltPage(page: Page, address: string, { code, css }: BuiltPage): Promise<void> {
  const body = `<!doctype html><html lang="en"><head><title>A host</title><link rel="icon" href="data:,">
    <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
    <style>${css}</style></head><body><script type="module" src="${address}/page.js"></script></body></html>`
  // What a test answers in the server's place does not count as coming from this machine.
  await page.context().grantPermissions(['local-network-access'])
  await page.route(`${address}/page.js`, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: code }),
  )
  await page.route(address, (route) => route.fulfill({ contentType: 'text/html', body }))
  await page.goto(address)
}
