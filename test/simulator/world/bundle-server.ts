import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A server as one file, beside the files that it needs. */
export interface ServerBundle {
  /** What node is given to start it. */
  readonly file: string
  remove(): Promise<void>
}

export interface BundleOptions {
  /** The file to start; the server's own when left out. */
  readonly entry?: string
  /** Modules that stand in for others of the server: absolute paths by absolute paths. Only they themselves get the original. */
  readonly replace?: Readonly<Record<string, string>>
}

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * Makes one file of a server's sources, the real one's or another entry's. It starts in a fraction of the time
 * that the sources need, which counts where a server is killed and started over and over.
 */
export async function bundleServer({
  entry = join(PROJECT, 'server/main.ts'),
  replace = {},
}: BundleOptions = {}): Promise<ServerBundle> {
  await mkdir(join(PROJECT, 'dist'), { recursive: true })
  // Inside the project, where the packages are found; next to it the migrations, as in the real build.
  const directory = await mkdtemp(join(PROJECT, 'dist', 'bundled-server-'))
  const remove = () => rm(directory, { recursive: true, force: true })
  try {
    // esbuild comes with tsx, which this repository depends on.
    const { build } = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild') as {
      build(options: Record<string, unknown>): Promise<unknown>
    }
    await build({
      // The thread that folds is a file of its own beside the one that starts it.
      entryPoints: { main: entry, 'fold-thread': join(PROJECT, 'server/documents/fold-thread.ts') },
      ...{ outdir: directory, bundle: true, packages: 'external', platform: 'node', format: 'esm' },
      logLevel: 'error',
      plugins: [replaceModules(replace)],
    })
    await cp(join(PROJECT, 'server/database/migrations'), join(directory, 'migrations'), { recursive: true })
  } catch (error) {
    await remove()
    throw error
  }
  return { file: join(directory, 'main.js'), remove }
}

/** For esbuild: whoever imports one of these modules gets the other, but for that other itself. */
function replaceModules(replace: NonNullable<BundleOptions['replace']>) {
  return {
    name: 'replace-modules',
    setup(build: {
      onResolve(
        options: { filter: RegExp },
        call: (found: { path: string; importer: string; resolveDir: string }) => { path: string } | undefined,
      ): void
    }) {
      build.onResolve({ filter: /^\.{1,2}\// }, ({ path, importer, resolveDir }) => {
        const other = replace[join(resolveDir, path)]
        return other === undefined || other === importer ? undefined : { path: other }
      })
    },
  }
}
