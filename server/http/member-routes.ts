import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { auditListSchema, auditQuerySchema } from '../../shared/api/audit.ts'
import {
  addMemberBodySchema,
  driveParamsSchema,
  memberListSchema,
  memberParamsSchema,
  memberSchema,
  transferBodySchema,
  updateMemberBodySchema,
} from '../../shared/api/drives.ts'
import type { AuditOperations } from '../workspace/audit.ts'
import type { MemberOperations } from '../workspace/members.ts'
import { identityOf } from './require-identity.ts'

export interface MemberRoutesDeps {
  readonly members: MemberOperations
  readonly audit: AuditOperations
}

/** Who belongs to a drive, who owns it, and what was changed about that. */
export const memberRoutes: FastifyPluginAsyncZod<MemberRoutesDeps> = async (app, { members, audit }) => {
  const tags = ['members']

  app.get(
    '/:driveId/members',
    {
      schema: {
        tags,
        summary: 'Who belongs to a drive',
        params: driveParamsSchema,
        response: { 200: memberListSchema },
      },
    },
    async (request) => ({ items: await members.list(identityOf(request), request.params.driveId) }),
  )

  app.post(
    '/:driveId/members',
    {
      schema: {
        tags,
        summary: 'Add somebody to a drive',
        params: driveParamsSchema,
        body: addMemberBodySchema,
        response: { 201: memberSchema },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await members.add(identityOf(request), request.params.driveId, request.body)),
  )

  app.patch(
    '/:driveId/members/:userId',
    {
      schema: {
        tags,
        summary: 'Change a member’s role',
        params: memberParamsSchema,
        body: updateMemberBodySchema,
        response: { 200: memberSchema },
      },
    },
    async (request) => {
      const { driveId, userId } = request.params
      return members.changeRole(identityOf(request), driveId, userId, request.body.role)
    },
  )

  app.delete(
    '/:driveId/members/:userId',
    {
      schema: {
        tags,
        summary: 'Remove a member; with my own id: leave the drive',
        params: memberParamsSchema,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await members.remove(identityOf(request), request.params.driveId, request.params.userId)
      return reply.code(204).send()
    },
  )

  app.put(
    '/:driveId/owner',
    {
      schema: {
        tags,
        summary: 'Give the drive to another member; I become an admin',
        params: driveParamsSchema,
        body: transferBodySchema,
        response: { 200: memberSchema },
      },
    },
    async (request) => members.transfer(identityOf(request), request.params.driveId, request.body.userId),
  )

  app.get(
    '/:driveId/audit',
    {
      schema: {
        tags,
        summary: 'Who changed what about who may do what, newest first',
        params: driveParamsSchema,
        querystring: auditQuerySchema,
        response: { 200: auditListSchema },
      },
    },
    async (request) => audit.list(identityOf(request), request.params.driveId, request.query),
  )
}
