import cookie from '@fastify/cookie'
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify'
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Logger } from '../operations/logger.ts'
import type { Metrics } from '../operations/metrics.ts'
import type { Readiness } from '../operations/readiness.ts'
import { type AuthRoutesDeps, authRoutes } from './auth-routes.ts'
import { type CommentRoutesDeps, commentRoutes } from './comment-routes.ts'
import { type ContentRoutesDeps, contentRoutes } from './content-routes.ts'
import { type DriveRoutesDeps, driveRoutes } from './drive-routes.ts'
import { serveEditor } from './editor-app.ts'
import { type FileRoutesDeps, fileRoutes, pageFileRoutes } from './file-routes.ts'
import { type GrantRoutesDeps, grantRoutes } from './grant-routes.ts'
import { type MeRoutesDeps, meRoutes } from './me-routes.ts'
import { type MemberRoutesDeps, memberRoutes } from './member-routes.ts'
import { type MessageRoutesDeps, messageRoutes, pageMessageRoutes } from './message-routes.ts'
import { type NotificationRoutesDeps, notificationRoutes } from './notification-routes.ts'
import { operationsRoutes } from './operations-routes.ts'
import { type PageRoutesDeps, pageRoutes } from './page-routes.ts'
import { handleClientError, handleError, sendProblem, toProblem } from './problems.ts'
import { createRequestLimits, type RequestLimitSettings, type RequestLimits } from './request-limits.ts'
import { requireIdentity } from './require-identity.ts'
import { type SearchRoutesDeps, searchRoutes } from './search-routes.ts'
import { type ServiceAccountRoutesDeps, serviceAccountRoutes } from './service-account-routes.ts'
import { type ServiceTokenRouteDeps, serviceTokenRoute } from './service-token-route.ts'
import { type ShareLinkRoutesDeps, shareLinkRoutes } from './share-link-routes.ts'
import { type ShortcutRoutesDeps, shortcutRoutes } from './shortcut-routes.ts'
import { pageStreamRoutes, type StreamRoutesDeps, streamRoutes } from './stream-routes.ts'
import { type SyncRoutesDeps, syncRoutes } from './sync-routes.ts'
import { type TreeRoutesDeps, treeRoutes } from './tree-routes.ts'
import { type VersionRoutesDeps, versionRoutes } from './version-routes.ts'

/** The largest JSON body, bytes: these routes name things, they carry no documents. */
const MAX_BODY_BYTES = 256 * 1024
/** Paths that belong to the server; everything else is the editor's to route. */
const SERVER_PATHS = /^\/(api|collaboration|socket\.io|healthz|readyz|metrics)(\/|\?|$)/

/** The browsable description: its own files only, and also where there is no TLS. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export interface HttpAppDeps
  extends Omit<AuthRoutesDeps, 'limits'>,
    DriveRoutesDeps,
    PageRoutesDeps,
    GrantRoutesDeps,
    MemberRoutesDeps,
    TreeRoutesDeps,
    ShortcutRoutesDeps,
    MeRoutesDeps,
    ShareLinkRoutesDeps,
    MessageRoutesDeps,
    CommentRoutesDeps,
    Omit<NotificationRoutesDeps, 'messages'>,
    ServiceAccountRoutesDeps,
    Omit<ServiceTokenRouteDeps, 'limits'>,
    StreamRoutesDeps,
    Omit<ContentRoutesDeps, 'limits'>,
    SyncRoutesDeps,
    FileRoutesDeps,
    Omit<SearchRoutesDeps, 'limits'>,
    Omit<VersionRoutesDeps, 'limits'> {
  readonly requestLimits: RequestLimitSettings
  readonly authenticate: Authenticate
  readonly readiness: Readiness
  readonly metrics: Metrics
  readonly allowedOrigins: readonly string[]
  /** How many proxies in front are believed about the client's address and protocol. */
  readonly trustedProxies: number
  /** Where the built editor lies. */
  readonly editorDirectory: string
  readonly logger: Logger
  /** Whether the server is about to end: from then on requests are turned away. */
  readonly isStopping: () => boolean
}

/** The Fastify app. */
export type HttpApp = FastifyInstance

/** How long a client that is turned away should wait, ms: a restart takes about that. */
const RETRY_AFTER_STOP_MS = 5_000

/** Builds the Fastify app: the REST API with its description, the operators' routes, and the editor. */
export async function createHttpApp(deps: HttpAppDeps): Promise<HttpApp> {
  const app = fastify({
    loggerInstance: deps.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: deps.trustedProxies > 0 && ((_address, hop) => hop < deps.trustedProxies),
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, request, reply) => handleError(error, request, reply as never),
    clientErrorHandler: handleClientError,
  }).withTypeProvider<ZodTypeProvider>()

  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(handleError)
  app.addHook('onRequest', async (request, reply) => {
    if (!deps.isStopping() || request.url === '/healthz' || request.url === '/metrics') return
    const detail = 'Nothing was changed. Try again in a few seconds.'
    reply.header('connection', 'close')
    return sendProblem(reply, toProblem('server-stopping', detail, { retryAfterMs: RETRY_AFTER_STOP_MS }))
  })
  // Only JSON is taken; what a form on another site can send without asking is not.
  app.removeContentTypeParser('text/plain')

  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    // Whether there is TLS, and for how long, is the proxy's to say.
    strictTransportSecurity: false,
  })
  await app.register(cors, {
    origin: deps.allowedOrigins.length > 0 && [...deps.allowedOrigins],
    strictPreflight: false,
    methods: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'],
    exposedHeaders: ['etag'],
  })
  await app.register(cookie)
  await app.register(rateLimit, { global: false })
  const limits = createRequestLimits(app, deps.requestLimits)
  await describeApi(app, limits)

  await app.register(operationsRoutes, deps)
  await app.register(authRoutes, { prefix: '/api/auth', ...deps, limits })
  await app.register(serviceTokenRoute, { prefix: '/api/auth', ...deps, limits })
  await app.register(
    async (api) => {
      requireIdentity(api, deps.authenticate, limits)
      await api.register(meRoutes, { prefix: '/me', ...deps })
      await api.register(shareLinkRoutes, { prefix: '/share-links', ...deps })
      await api.register(driveRoutes, { prefix: '/drives', ...deps })
      await api.register(memberRoutes, { prefix: '/drives', ...deps })
      await api.register(grantRoutes, { prefix: '/pages', ...deps })
      await api.register(serviceAccountRoutes, { prefix: '/drives', ...deps })
      await api.register(pageRoutes, { prefix: '/pages', ...deps })
      await api.register(treeRoutes, { prefix: '/pages', ...deps })
      await api.register(shortcutRoutes, { prefix: '/me', ...deps })
      await api.register(pageMessageRoutes, { prefix: '/pages', ...deps })
      await api.register(messageRoutes, { prefix: '/messages', ...deps })
      await api.register(commentRoutes, { prefix: '/pages', ...deps })
      await api.register(searchRoutes, { ...deps, limits })
      await api.register(notificationRoutes, { prefix: '/me', ...deps })
      await api.register(pageStreamRoutes, { prefix: '/pages', ...deps })
      await api.register(streamRoutes, { prefix: '/streams', ...deps })
      await api.register(contentRoutes, { prefix: '/pages', ...deps, limits })
      await api.register(pageFileRoutes, { prefix: '/pages', ...deps })
      await api.register(fileRoutes, { prefix: '/files', ...deps })
      await api.register(syncRoutes, { prefix: '/pages', ...deps })
      await api.register(versionRoutes, { prefix: '/pages', ...deps, limits })
    },
    { prefix: '/api' },
  )

  const editor = await serveEditor(app, deps.editorDirectory)
  app.setNotFoundHandler((request, reply) => {
    const isPage = request.method === 'GET' || request.method === 'HEAD'
    if (isPage && !SERVER_PATHS.test(request.url) && !request.url.startsWith('/assets/'))
      return editor.sendIndex(reply)
    return sendProblem(
      reply,
      toProblem(
        'route-not-found',
        `There is no ${request.method} ${request.url.split('?')[0]}. See /api/docs.`,
      ),
    )
  })
  return app
}

async function describeApi(app: FastifyInstance, { ofStranger }: RequestLimits): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Copydesk',
        description: 'Drives, pages, people. Errors are RFC 9457 problems with a stable code.',
        version: '0.1.0',
      },
      components: {
        securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      },
      security: [{ accessToken: [] }],
    },
    transform: jsonSchemaTransform,
  })
  app.get('/api/openapi.json', { onRequest: ofStranger, schema: { hide: true } }, async () => app.swagger())
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    uiHooks: { onRequest: ofStranger as never },
    staticCSP: true,
    transformStaticCSP: () => DOCS_POLICY,
  })
}
