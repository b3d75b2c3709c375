import type { FastifyPluginAsync } from 'fastify'
import type { Metrics } from '../operations/metrics.ts'
import type { Readiness } from '../operations/readiness.ts'
import { sendProblem, toProblem } from './problems.ts'

/** What load balancers and Prometheus ask for. */
export const operationsRoutes: FastifyPluginAsync<{ readiness: Readiness; metrics: Metrics }> = async (
  app,
  { readiness, metrics },
) => {
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'alive' }))

  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    if (await readiness.canCommit()) return { status: 'ready' }
    return sendProblem(reply, toProblem('storage-unavailable', 'A test commit failed. Check the database.'))
  })

  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
}
