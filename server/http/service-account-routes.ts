import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { driveParamsSchema } from '../../shared/api/drives.ts'
import {
  admitServiceAccountBodySchema,
  createdServiceAccountSchema,
  createServiceAccountBodySchema,
  serviceAccountListSchema,
  serviceAccountParamsSchema,
  serviceAccountSchema,
} from '../../shared/api/service-accounts.ts'
import type { ServiceAccountOperations } from '../workspace/service-accounts.ts'
import { identityOf } from './require-identity.ts'

export interface ServiceAccountRoutesDeps {
  readonly serviceAccounts: ServiceAccountOperations
}

/** Programs with keys, drive by drive. */
export const serviceAccountRoutes: FastifyPluginAsyncZod<ServiceAccountRoutesDeps> = async (
  app,
  { serviceAccounts },
) => {
  const tags = ['service accounts']

  app.get(
    '/:driveId/service-accounts',
    {
      schema: {
        tags,
        summary: 'The service accounts of a drive',
        params: driveParamsSchema,
        response: { 200: serviceAccountListSchema },
      },
    },
    async (request) => ({ items: await serviceAccounts.list(identityOf(request), request.params.driveId) }),
  )

  app.post(
    '/:driveId/service-accounts',
    {
      schema: {
        tags,
        summary: 'Create a service account; the only answer that shows its API key',
        params: driveParamsSchema,
        body: createServiceAccountBodySchema,
        response: { 201: createdServiceAccountSchema },
      },
    },
    async (request, reply) => {
      const created = await serviceAccounts.create(identityOf(request), request.params.driveId, request.body)
      return reply.code(201).header('cache-control', 'no-store').send(created)
    },
  )

  app.put(
    '/:driveId/service-accounts/:accountId',
    {
      schema: {
        tags,
        summary: 'Let a service account into a drive, or change what it may do there',
        params: serviceAccountParamsSchema,
        body: admitServiceAccountBodySchema,
        response: { 200: serviceAccountSchema },
      },
    },
    async (request) => {
      const { driveId, accountId } = request.params
      return serviceAccounts.admit(identityOf(request), driveId, accountId, request.body.role)
    },
  )

  app.delete(
    '/:driveId/service-accounts/:accountId',
    {
      schema: {
        tags,
        summary: 'Put a service account out of a drive; in its own drive, end it and its key',
        params: serviceAccountParamsSchema,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await serviceAccounts.remove(identityOf(request), request.params.driveId, request.params.accountId)
      return reply.code(204).send()
    },
  )
}
