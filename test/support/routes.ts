import { z } from 'zod'
import { request } from './people.ts'

/** The parts of a JSON schema that bodies and parameters here are described with. */
interface ValueSchema {
  readonly type?: string
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly anyOf?: readonly ValueSchema[]
  readonly properties?: Record<string, ValueSchema>
  readonly required?: readonly string[]
}

const valueSchema: z.ZodType<ValueSchema> = z.lazy(() =>
  z.object({
    type: z.string().optional(),
    format: z.string().optional(),
    enum: z.array(z.unknown()).optional(),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
    minimum: z.number().optional(),
    anyOf: z.array(valueSchema).optional(),
    properties: z.record(z.string(), valueSchema).optional(),
    required: z.array(z.string()).optional(),
  }),
) as z.ZodType<ValueSchema>

const operationSchema = z.object({
  requestBody: z
    .object({ content: z.object({ 'application/json': z.object({ schema: valueSchema }) }) })
    .optional(),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), schema: valueSchema })).default([]),
})
const descriptionSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), operationSchema)) })

/** A route of the REST API as its own description has it. */
export interface Route {
  readonly method: string
  /** With its parameters in braces. */
  readonly path: string
  readonly pathParameters: readonly string[]
  readonly queryParameters: readonly string[]
  /** What its body must look like, if it takes one. */
  readonly body: ValueSchema | undefined
}

/** Every route that the server describes; one that is added later is among them by itself. */
export async function listRoutes(serverUrl: string): Promise<Route[]> {
  const { body } = await request(serverUrl, 'GET', '/api/openapi.json')
  return Object.entries(descriptionSchema.parse(body).paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { requestBody, parameters }]) => ({
      method: method.toUpperCase(),
      path,
      pathParameters: parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name),
      queryParameters: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
      body: requestBody?.content['application/json'].schema,
    })),
  )
}

/** A body that the route's schema accepts. */
export function sampleBody({ body }: Route): Record<string, unknown> {
  return sampleObject(body)
}

function sampleObject(schema: ValueSchema | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema?.properties ?? {}).map(([name, value]) => [name, sampleValue(name, value)]),
  )
}

function sampleValue(name: string, schema: ValueSchema): unknown {
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.anyOf?.some(({ type }) => type === 'null')) return null
  if (schema.type === 'boolean') return true
  if (schema.format === 'date-time') return new Date(Date.now() + 86_400_000).toISOString()
  if (schema.format === 'uuid') return crypto.randomUUID()
  if (schema.format === 'byte') return 'AAAA'
  if (schema.type === 'object') return sampleObject(schema)
  if (schema.type === 'array') return []
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 0
  if (name === 'email') return `${crypto.randomUUID()}@example.com`
  if (schema.type === 'string') return 'sample text'
  throw new Error(`add a sample for ${name}: ${JSON.stringify(schema)}`)
}
