import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

export default defineConfig({
  root: 'editor',
  plugins: [react(), offlineShell(), compressedFiles()],
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
            // One file instead of thirty: each costs a request, and what is in one is compressed better.
            { name: 'first', tags: ['$initial'], priority: 1 },
          ],
        },
      },
    },
  },
})

/** Puts a gzipped copy beside each asset, which the server sends to whoever takes it. */
function compressedFiles(): Plugin {
  return {
    name: 'copydesk-compressed-files',
    apply: 'build',
    writeBundle({ dir }, bundle) {
      if (dir === undefined) throw new Error('There is no directory for the compressed files.')
      for (const file of Object.keys(bundle)) {
        if (!/^assets\/.*\.(js|css)$/.test(file)) continue
        const path = join(dir, file)
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }))
      }
    },
  }
}

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
