import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createServer as createVite, type ProxyOptions, type ViteDevServer } from 'vite'

/**
 * `npm run dev`: the editor from Vite and a server that reloads, behind one URL. Vite answers, and passes
 * on what belongs to the server, which runs as a child on a loopback port of its own.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** What the server answers itself; everything else is the editor's. The same list as in server/http. */
const SERVER_PATHS = '^/(api|collaboration|socket\\.io|healthz|readyz|metrics)(/|\\?|$)'
/** How long a request waits for a server that is reloading before it fails, ms. */
const RELOAD_TIMEOUT_MS = 20_000
const RELOAD_POLL_MS = 50

async function main(): Promise<void> {
  const host = process.env['HOST'] || '127.0.0.1'
  const port = Number(process.env['PORT'] || 3000)
  const serverPort = await findFreePort()

  const http = createHttpServer()
  http.listen(port, host)
  await once(http, 'listening')
  const url = `http://localhost:${(http.address() as AddressInfo).port}`

  const server = startServer({ port: serverPort, publicUrl: url })
  const vite = await createVite({
    configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
    appType: 'spa',
    server: {
      // Vite's own listener would end this process on SIGTERM, before the server has flushed.
      middlewareMode: { server: http },
      port: (http.address() as AddressInfo).port,
      ws: { server: http },
      proxy: { [SERVER_PATHS]: passOn(serverPort) },
    },
  })
  http.on('request', vite.middlewares)

  let stopping = false
  const stop = async (exitCode: number): Promise<void> => {
    stopping = true
    await stopAll(server, vite, http)
    process.exit(exitCode)
  }
  // A second Ctrl-C reaches the server as well: tsx then stops waiting for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      server.kill('SIGTERM')
      if (!stopping) void stop(0).catch(fail)
    })
  }
  server.once('exit', (code) => {
    if (!stopping) void stop(code ?? 1).catch(fail)
  })

  if (await isReachable(serverPort)) {
    process.stdout.write(
      `  Development: ${url} reloads by itself, the editor in place and the server whole.\n\n`,
    )
  }
}

/** Hands a request to the server as it came, `Host` included: the server compares it with the Origin. */
function passOn(serverPort: number): ProxyOptions {
  return {
    target: `http://127.0.0.1:${serverPort}`,
    changeOrigin: false,
    ws: true,
    bypass: async () => {
      await isReachable(serverPort)
    },
  }
}

/** Starts the server under `tsx watch`, in a process group of its own: a Ctrl-C must come from us, and once. */
function startServer({ port, publicUrl }: { port: number; publicUrl: string }): ChildProcess {
  const tsx = fileURLToPath(import.meta.resolve('tsx/cli'))
  const watched = ['--clear-screen=false', '--include=server/database/migrations/**']
  return spawn(process.execPath, [tsx, 'watch', ...watched, 'server/main.ts'], {
    cwd: ROOT,
    env: { PUBLIC_URL: publicUrl, ...process.env, HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: process.platform !== 'win32',
  })
}

/** The server first, so that the editor's last edits find a way; it stops its own PostgreSQL. */
async function stopAll(
  server: ChildProcess,
  vite: ViteDevServer,
  http: ReturnType<typeof createHttpServer>,
): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
  await vite.close()
  http.closeAllConnections()
  http.close()
}

/** Resolves once the server accepts connections; false if it does not in time. */
async function isReachable(port: number): Promise<boolean> {
  for (const deadline = Date.now() + RELOAD_TIMEOUT_MS; Date.now() < deadline; await sleep(RELOAD_POLL_MS)) {
    if (await accepts(port)) return true
  }
  return false
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

async function findFreePort(): Promise<number> {
  const probe = createTcpServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

function fail(error: NodeJS.ErrnoException): never {
  const taken = error.code === 'EADDRINUSE'
  process.stderr.write(
    taken ? `${error.message}\nChoose another port: PORT=3001 npm run dev\n` : `${error.stack}\n`,
  )
  process.exit(1)
}

main().catch(fail)
