import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

export default defineConfig({
  root: 'editor',
  plugins: [react(), offlineShell()],
  build: {
    outDir: '../dist/editor',
    emptyOutDir: true,
    target: 'es2022',
    // Nothing is inlined: the content security policy allows files of our own origin only.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'sync',
              test: /node_modules[\\/](yjs|lib0|y-|@hocuspocus|socket\.io|engine\.io)/,
              priority: 4,
            },
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 2 },
          ],
        },
      },
    },
  },
})

/** Emits `sw.js`, which keeps the built files so that the editor opens without a network. */
function offlineShell(): Plugin {
  return {
    name: 'copydesk-offline-shell',
    apply: 'build',
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle)
        .filter((file) => !file.endsWith('.map') && file !== 'index.html')
        .sort()
      const version = createHash('sha256').update(files.join('\n')).digest('hex').slice(0, 12)
      const template = readFileSync(
        new URL('./editor/offline-shell/service-worker.js', import.meta.url),
        'utf8',
      )
      const source = template
        .replace("'__VERSION__'", JSON.stringify(version))
        .replace('[] /* __FILES__ */', JSON.stringify(files.map((file) => `/${file}`)))
      this.emitFile({ type: 'asset', fileName: 'sw.js', source })
    },
  }
}
