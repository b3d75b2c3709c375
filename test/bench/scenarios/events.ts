import { measureCpu } from '../measure-cpu.ts'
import { requireHealthy, type Scenario } from '../scenario.ts'

const ROOMS = 100
const PEOPLE_PER_ROOM = 20
/** In each room a message every two or three seconds, one person a second who types, and one who comes back to it. */
const PLAN = { messagesPerSecond: 40, typistsPerSecond: 100, presencesPerSecond: 100 }
const WARM_UP_S = 10

/** Everything around the text. */
export const events: Scenario = {
  name: 'events',
  title:
    `${ROOMS * PEOPLE_PER_ROOM} Socket.IO connections on ${ROOMS} pages: ` +
    `${PLAN.messagesPerSecond} messages, ${2 * PLAN.typistsPerSecond} typing and ${PLAN.presencesPerSecond} presence changes/s`,
  baseline: 'socketio-bare',
  figures: [
    { name: 'cpuPerDelivery', unit: 'µs', title: 'server CPU per event and hearer', isCompared: true },
    { name: 'p99', unit: 'ms', title: 'delivered, p99', isCompared: true },
    { name: 'p50', unit: 'ms', title: 'delivered, median' },
    { name: 'messageP50', unit: 'ms', title: 'a message, median' },
    { name: 'messageP99', unit: 'ms', title: 'a message, p99' },
    { name: 'typingP99', unit: 'ms', title: 'typing, p99' },
    { name: 'postgresCpuPerMessage', unit: 'ms', title: 'PostgreSQL CPU per message' },
  ],
  isFor: ({ name }) => name === 'copydesk' || name === 'socketio-bare',

  async measure(bench) {
    const server = await bench.startServer()
    const rooms = await server.createRooms(ROOMS, PEOPLE_PER_ROOM)
    const load = bench.startEventsLoad()
    await load.ask('join', { url: `ws://127.0.0.1:${server.process.port}`, rooms })
    await load.ask('talk', { ...PLAN, seconds: WARM_UP_S })
    const { seconds } = bench.options
    const { result, cpu } = await measureCpu(bench, server, () => load.ask('talk', { ...PLAN, seconds }))
    requireHealthy(result.generator)
    if (result.missing > 0) throw new Error(`${result.missing} messages or typing changes never came`)
    const isStored = server.databaseUrl !== null
    return {
      cpuPerDelivery: (cpu.serverMs * 1000) / (result.done * (PEOPLE_PER_ROOM - 1)),
      p99: result.deliveredMs.p99,
      p50: result.deliveredMs.p50,
      messageP50: result.messageMs.p50,
      messageP99: result.messageMs.p99,
      typingP99: result.typingMs.p99,
      ...(isStored ? { postgresCpuPerMessage: cpu.postgresMs / (PLAN.messagesPerSecond * seconds) } : {}),
    }
  },
}
