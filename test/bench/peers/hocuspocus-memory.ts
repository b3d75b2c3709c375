import { Server } from '@hocuspocus/server'

// The stock server as its documentation starts it, with nothing behind it: what is typed is gone with it.

const server = new Server({ port: Number(process.env['PORT']), address: '127.0.0.1', quiet: true })
await server.listen()
