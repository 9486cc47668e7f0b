import type { Json, JsonObject } from '@slipway/contract'
import { isJsonObject } from '../json-object.ts'
import { customWebhookCall } from './custom-webhook.ts'
import type { OutgoingRequest, Prepared } from './outgoing.ts'

export interface Message {
  readonly subject: string
  readonly body: string
}

/** The calls that bring a message to where a notification block says. */
export function notificationCalls(block_type_slug: string, data: JsonObject, message: Message): Prepared {
  const calls = callsFor(block_type_slug, data, message)
  if (calls === null) {
    return {
      kind: 'refused',
      reason: `Blocks of the type "${block_type_slug}" cannot be notified by the server. Use a block of one of the types ${Object.keys(CALLS).join(', ')} or custom-webhook.`,
    }
  }
  if (!Array.isArray(calls)) return calls as Prepared
  const requests = calls as readonly OutgoingRequest[]
  if (requests.length === 0 || requests.some(({ url }) => !/^https?:\/\//.test(url))) {
    return {
      kind: 'refused',
      reason: `The ${block_type_slug} block does not say where to send the message: an http or https address is needed.`,
    }
  }
  return { kind: 'prepared', requests, allow_private: data['allow_private_urls'] !== false }
}

type Calls = (data: JsonObject, message: Message) => readonly OutgoingRequest[]

function callsFor(slug: string, data: JsonObject, message: Message): readonly OutgoingRequest[] | Prepared | null {
  if (slug === 'custom-webhook') return customWebhookCall(data, message)
  return Object.hasOwn(CALLS, slug) ? (CALLS[slug]?.(data, message) ?? null) : null
}

const DISCORD_LONGEST = 2_000
const OPSGENIE_LONGEST = 130
const PAGER_DUTY_LONGEST = 1_024
const SMS_LONGEST = 1_600

const CALLS: Readonly<Record<string, Calls>> = {
  'slack-webhook': (data, { subject, body }) => [
    postJson(text(data, 'url'), { text: subject === '' ? body : `*${subject}*\n${body}` }),
  ],

  'ms-teams-webhook': (data, { subject, body }) => {
    const title = { type: 'TextBlock', text: subject, weight: 'bolder', size: 'medium', wrap: true }
    const blocks = [...(subject === '' ? [] : [title]), { type: 'TextBlock', text: body, wrap: data['wrap'] !== false }]
    const content = {
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      type: 'AdaptiveCard',
      version: '1.4',
      body: blocks,
    }
    const card = { contentType: 'application/vnd.microsoft.card.adaptive', content }
    return [postJson(text(data, 'url'), { type: 'message', attachments: [card] })]
  },

  'discord-webhook': (data, message) => {
    const [id, token] = [text(data, 'webhook_id'), text(data, 'webhook_token')].map(encodeURIComponent)
    const username = text(data, 'botname')
    return [
      postJson(`https://discord.com/api/webhooks/${id}/${token}`, {
        content: shortened(together(message), DISCORD_LONGEST),
        tts: data['tts'] === true,
        ...(username === '' ? {} : { username }),
      }),
    ]
  },

  'mattermost-webhook': (data, message) => {
    const scheme = data['secure'] === false ? 'http' : 'https'
    const port = typeof data['port'] === 'number' ? data['port'] : 8065
    const path = text(data, 'path').replace(/^\/|\/$/g, '')
    const url = `${scheme}://${text(data, 'hostname')}:${port}/${path === '' ? '' : `${path}/`}hooks/${encodeURIComponent(text(data, 'token'))}`
    const username = text(data, 'botname')
    const body = { text: together(message), ...(username === '' ? {} : { username }) }
    const channels = texts(data['channels'])
    return channels.length === 0
      ? [postJson(url, body)]
      : channels.map((channel) => postJson(url, { ...body, channel: channel.replace(/^#/, '') }))
  },

  'pager-duty-webhook': (data, { subject, body }) => {
    const region = text(data, 'region_name') === 'eu' ? 'events.eu' : 'events'
    const severities = { info: 'info', success: 'info', warning: 'warning', failure: 'critical' }
    const severity = Object.entries(severities).find(([type]) => type === text(data, 'notify_type'))?.[1] ?? 'info'
    const details = isJsonObject(data['custom_details']) ? { custom_details: data['custom_details'] } : {}
    const link = text(data, 'clickable_url')
    return [
      postJson(`https://${region}.pagerduty.com/v2/enqueue`, {
        routing_key: text(data, 'integration_key'),
        event_action: 'trigger',
        ...(link === '' ? {} : { client: 'Slipway', client_url: link }),
        payload: {
          summary: shortened(subject === '' ? body : `${subject}: ${body}`, PAGER_DUTY_LONGEST),
          severity,
          source: text(data, 'source') || 'Prefect',
          component: text(data, 'component') || 'Notification',
          ...given({ group: text(data, 'group'), class: text(data, 'class_id') }),
          ...details,
        },
      }),
    ]
  },

  'opsgenie-webhook': (data, { subject, body }) => {
    const region = text(data, 'region_name') === 'eu' ? 'api.eu' : 'api'
    const responders = [
      ...texts(data['target_user']).map((username) => ({ type: 'user', username })),
      ...texts(data['target_team']).map((name) => ({ type: 'team', name })),
      ...texts(data['target_schedule']).map((name) => ({ type: 'schedule', name })),
      ...texts(data['target_escalation']).map((name) => ({ type: 'escalation', name })),
    ]
    const priority = typeof data['priority'] === 'number' ? data['priority'] : 3
    return [
      postJson(
        `https://${region}.opsgenie.com/v2/alerts`,
        {
          message: shortened(subject === '' ? body : subject, OPSGENIE_LONGEST),
          description: body,
          priority: `P${priority}`,
          responders,
          tags: texts(data['tags']),
          details: isJsonObject(data['details']) ? data['details'] : {},
          ...given({ alias: text(data, 'alias'), entity: text(data, 'entity') }),
        },
        { authorization: `GenieKey ${text(data, 'apikey')}` },
      ),
    ]
  },

  'twilio-sms': (data, message) => {
    const sid = text(data, 'account_sid')
    const credentials = Buffer.from(`${sid}:${text(data, 'auth_token')}`).toString('base64')
    const url = `https://api.twilio.com/2010-04-01/Accounts/${encodeURIComponent(sid)}/Messages.json`
    return texts(data['to_phone_numbers']).map((number) => ({
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${credentials}`,
      },
      body: new URLSearchParams({
        From: text(data, 'from_phone_number'),
        To: number,
        Body: shortened(together(message), SMS_LONGEST),
      }).toString(),
      verify: true,
    }))
  },

  'sendgrid-email': (data, { subject, body }) => [
    postJson(
      'https://api.sendgrid.com/v3/mail/send',
      {
        personalizations: [{ to: texts(data['to_emails']).map((email) => ({ email })) }],
        from: { email: text(data, 'sender_email') },
        subject: subject === '' ? 'Notification' : subject,
        content: [{ type: 'text/plain', value: body === '' ? ' ' : body }],
      },
      { authorization: `Bearer ${text(data, 'api_key')}` },
    ),
  ],
}

function postJson(url: string, body: JsonObject, headers: Readonly<Record<string, string>> = {}): OutgoingRequest {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    verify: true,
  }
}

function text(data: JsonObject, name: string): string {
  const value = data[name]
  return typeof value === 'string' ? value.trim() : ''
}

function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.flatMap((item: Json) => (typeof item === 'string' ? [item] : [])) : []
}

function given(values: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))
}

function together({ subject, body }: Message): string {
  return subject === '' ? body : `${subject}\n${body}`
}

function shortened(value: string, longest: number): string {
  return value.length <= longest ? value : `${value.slice(0, longest - 1)}…`
}
