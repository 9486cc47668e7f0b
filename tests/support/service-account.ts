import { generateKeyPairSync, randomBytes } from 'node:crypto'

/** A service-account key as Google hands it out, and the public half for the emulator. */
export function makeServiceAccount(project_id = 'acme-data') {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const email = `slipway@${project_id}.iam.gserviceaccount.com`
  const private_key_id = randomBytes(20).toString('hex')
  return {
    email,
    public_key_pem: publicKey,
    key: {
      type: 'service_account',
      project_id,
      private_key_id,
      private_key: privateKey,
      client_email: email,
      client_id: '100000000000000000001',
      auth_uri: 'https://accounts.google.com/o/oauth2/auth',
      token_uri: 'https://oauth2.googleapis.com/token',
      auth_provider_x509_cert_url: 'https://www.googleapis.com/oauth2/v1/certs',
      client_x509_cert_url: `https://www.googleapis.com/robot/v1/metadata/x509/${encodeURIComponent(email)}`,
      universe_domain: 'googleapis.com',
    },
  }
}
