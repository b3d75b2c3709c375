import {
  createPublishFacts as createRealPublish,
  type FactPublisher,
  type PublishFactsDeps,
} from '../../../server/realtime/publish-facts.ts'

export * from '../../../server/realtime/publish-facts.ts'

/** One message of so many goes to another page. */
const STRAYS_EVERY = 3

/** Sends some messages to the room of a page that they were not written on. */
export function createPublishFacts(deps: PublishFactsDeps): FactPublisher {
  const real = createRealPublish(deps)
  const pages = new Set<string>()
  let messages = 0
  return {
    ...real,
    publish: (facts) =>
      real.publish(
        facts.map((fact) => {
          const { pageId } = fact.audience
          if (pageId === undefined) return fact
          pages.add(pageId)
          const other = [...pages].find((each) => each !== pageId)
          if (fact.name !== 'message_created' || other === undefined || ++messages % STRAYS_EVERY !== 0)
            return fact
          return { ...fact, audience: { ...fact.audience, pageId: other } }
        }),
      ),
  }
}
