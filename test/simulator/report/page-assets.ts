import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** What the report carries inside itself: one script, uPlot included, and one style sheet. */
export interface PageAssets {
  readonly script: string
  readonly style: string
}

/** Makes one script of the report's own and uPlot, and one style sheet of both. */
export async function bundlePageAssets(): Promise<PageAssets> {
  const require = createRequire(import.meta.url)
  // esbuild comes with tsx, which this repository depends on.
  const { build } = createRequire(require.resolve('tsx'))('esbuild') as {
    build(options: Record<string, unknown>): Promise<{ outputFiles: readonly { text: string }[] }>
  }
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page/report-page.ts', import.meta.url))],
    ...{ bundle: true, write: false, minify: true, format: 'iife', platform: 'browser', target: 'es2022' },
    ...{ legalComments: 'none', logLevel: 'error' },
  })
  const styles = await Promise.all([
    readFile(require.resolve('uplot/dist/uPlot.min.css'), 'utf8'),
    readFile(new URL('page/report-page.css', import.meta.url), 'utf8'),
  ])
  return { script: outputFiles[0]?.text ?? '', style: styles.join('\n') }
}
