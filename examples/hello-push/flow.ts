import { flow, getLogger, task } from '@slipway/sdk'

const makeGreeting = task({ name: 'make-greeting', retries: 2, retryDelaySeconds: 1 }, async (name: string) => {
  getLogger().info('Thinking of something nice to say to %s', name)
  return `Hello, ${name}!`
})

const countLetters = task({ name: 'count-letters' }, async (greeting: string) => {
  const letters = greeting.match(/\p{Letter}/gu)?.length ?? 0
  getLogger().info('%s has %d letters', greeting, letters)
  return letters
})

/** Two tasks in a container that was started for this run alone. */
export const helloPush = flow({ name: 'hello-push' }, async ({ name = 'world' }: { name?: string }) => {
  const greeting = await makeGreeting(name)
  const letters = await countLetters(greeting)
  getLogger().info('%s (%d letters)', greeting, letters)
  return letters
})

if (import.meta.main) await helloPush({})
