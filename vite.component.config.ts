import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `npm run build:component`: the editor as a library for React applications; React itself stays theirs. */
export default defineConfig({
  root: 'editor',
  plugins: [react()],
  publicDir: false,
  // A library build leaves this to the application otherwise, and not all of them have it.
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: '../dist/component',
    emptyOutDir: true,
    target: 'es2022',
    lib: {
      entry: 'component/index.ts',
      formats: ['es'],
      fileName: 'copydesk-editor',
      cssFileName: 'copydesk-editor',
    },
    rolldownOptions: { external: [/^react($|\/)/, /^react-dom($|\/)/] },
  },
})
