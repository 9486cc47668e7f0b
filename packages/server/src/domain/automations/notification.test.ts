import type { JsonObject } from '@slipway/contract'
import { expect, test } from 'vitest'
import { notificationCalls } from './notification.ts'
import { webhookCall } from './webhook.ts'

const message = { subject: 'Down', body: 'The run failed.' }

test.for<readonly [string, JsonObject, string, string]>([
  ['slack-webhook', { url: 'https://hooks.example/x' }, 'https://hooks.example/x', '"*Down*\\nThe run failed."'],
  ['ms-teams-webhook', { url: 'https://teams.example/x' }, 'https://teams.example/x', 'AdaptiveCard'],
  [
    'discord-webhook',
    { webhook_id: '1', webhook_token: 't/t' },
    'https://discord.com/api/webhooks/1/t%2Ft',
    '"Down\\nThe run failed."',
  ],
  [
    'mattermost-webhook',
    { hostname: 'chat.example', token: 't' },
    'https://chat.example:8065/hooks/t',
    '"text":"Down\\nThe',
  ],
  [
    'mattermost-webhook',
    { hostname: 'chat.example', token: 't', secure: false, port: 80, path: '/team/', channels: ['#ops'] },
    'http://chat.example:80/team/hooks/t',
    '"channel":"ops"',
  ],
  [
    'pager-duty-webhook',
    { integration_key: 'k', notify_type: 'failure' },
    'https://events.pagerduty.com/v2/enqueue',
    '"severity":"critical"',
  ],
  [
    'pager-duty-webhook',
    { integration_key: 'k', region_name: 'eu' },
    'https://events.eu.pagerduty.com/v2/enqueue',
    '"routing_key":"k"',
  ],
  [
    'opsgenie-webhook',
    { apikey: 'k', target_team: ['sea'] },
    'https://api.opsgenie.com/v2/alerts',
    '{"type":"team","name":"sea"}',
  ],
  [
    'twilio-sms',
    { account_sid: 'AC1', auth_token: 't', from_phone_number: '+1', to_phone_numbers: ['+2'] },
    'https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json',
    'From=%2B1&To=%2B2',
  ],
  [
    'sendgrid-email',
    { api_key: 'k', sender_email: 'a@b', to_emails: ['c@d'] },
    'https://api.sendgrid.com/v3/mail/send',
    '{"email":"c@d"}',
  ],
  [
    'custom-webhook',
    {
      name: 'n',
      url: 'https://x.example/{{key}}',
      params: { q: 'a b' },
      json_data: { all: '{{subject}}: {{ body }}', list: ['{{name}}'], n: 1 },
      secrets: { key: 'hush' },
    },
    'https://x.example/hush?q=a+b',
    '{"all":"Down: The run failed.","list":["n"],"n":1}',
  ],
  [
    'custom-webhook',
    { url: 'https://x.example/', form_data: { text: '{{body}}' } },
    'https://x.example/',
    'text=The+run+failed.',
  ],
])('%s', ([slug, data, url, part]) => {
  const prepared = notificationCalls(slug, data, message)
  expect(prepared).toMatchObject({ kind: 'prepared', allow_private: true, requests: [{ method: 'POST', url }] })
  expect(prepared.kind === 'prepared' && prepared.requests[0]?.body).toContain(part)
})

test.for<readonly [string, JsonObject]>([
  ['telegram', {}],
  ['slack-webhook', {}],
  ['slack-webhook', { url: 'slack://token' }],
  ['custom-webhook', { url: 'nowhere' }],
  ['custom-webhook', { url: 'https://x.example', json_data: {}, form_data: {} }],
  ['twilio-sms', { to_phone_numbers: [] }],
])('%s that cannot be used', ([slug, data]) => {
  expect(notificationCalls(slug, data, message).kind).toBe('refused')
})

test('every number is written to', () => {
  const prepared = notificationCalls('twilio-sms', { to_phone_numbers: ['1', '2'] }, message)
  expect(prepared.kind === 'prepared' && prepared.requests.length).toBe(2)
})

test('a message cannot name secrets', () => {
  const data = { url: 'https://x.example', json_data: { text: '{{body}}' }, secrets: { key: 'hush' } }
  const prepared = notificationCalls('custom-webhook', data, { subject: '', body: '{{key}}' })
  expect(prepared.kind === 'prepared' && prepared.requests[0]?.body).toBe('{"text":"{{key}}"}')
})

test.for<readonly [JsonObject, string, object]>([
  [{ url: 'https://x' }, '', { method: 'POST', headers: {}, body: null, verify: true }],
  [
    { url: 'https://x', method: 'PUT', verify: false },
    'plain',
    { method: 'PUT', headers: {}, body: 'plain', verify: false },
  ],
  [{ url: 'https://x' }, '{"a": 1}', { headers: { 'content-type': 'application/json' }, body: '{"a": 1}' }],
  [
    { url: 'https://x', headers: { 'Content-Type': 'text/x', n: 1 } },
    '{}',
    { headers: { 'Content-Type': 'text/x', n: '1' } },
  ],
])('a webhook block %j with payload %j', ([data, payload, request]) => {
  expect(webhookCall(data, payload)).toMatchObject({ kind: 'prepared', requests: [request] })
})

test('a webhook block may forbid private addresses, and needs a URL', () => {
  expect(webhookCall({ url: 'https://x', allow_private_urls: false }, '')).toMatchObject({ allow_private: false })
  expect(webhookCall({}, '').kind).toBe('refused')
})
