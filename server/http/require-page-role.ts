import type { FastifyRequest } from 'fastify'
import type { PageWithRole } from '../../shared/api/pages.ts'
import { isAtLeast, type Role } from '../../shared/roles.ts'
import { Refusal } from '../workspace/failures.ts'
import type { PageOperations } from '../workspace/pages.ts'
import { identityOf } from './require-identity.ts'

/**
 * The page of a request, for somebody who holds at least this role on it.
 * @throws Refusal `not-found` without any role, `forbidden` with a lower one
 */
export async function readPageAs(
  needed: Role,
  pages: PageOperations,
  request: FastifyRequest & { params: { pageId: string } },
): Promise<PageWithRole> {
  const page = await pages.read(identityOf(request), request.params.pageId)
  if (isAtLeast(page.role, needed)) return page
  throw new Refusal('forbidden', `This needs the role "${needed}" or a higher one on the page.`)
}
