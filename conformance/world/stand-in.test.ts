import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownFeatures, worldSettings } from '../kit.ts';
import { openStandIn, type StandIn } from './stand-in.ts';

describe('the stand-in for the hosts of the scenarios', () => {
  let standIn: StandIn;
  beforeAll(async () => {
    standIn = await openStandIn();
  });
  afterAll(() => standIn.close());

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${standIn.origin}${path}`, { headers });

  it('knows pets by status and by number', async () => {
    const available = (await (await get('/v2/pet/findByStatus?status=available')).json()) as {
      status: string;
    }[];
    expect(available.length).toBeGreaterThan(0);
    expect(new Set(available.map(({ status }) => status))).toEqual(new Set(['available']));
    expect(await (await get('/v2/pet/2')).json()).toMatchObject({
      id: 2,
      name: expect.any(String),
      status: expect.any(String),
    });
  });

  it('is where a server that somebody else started is told to lead the calls of scenarios', async () => {
    const port = Number(new URL(standIn.origin).port);
    const settings = worldSettings([join(ownFeatures, 'secrets.feature')], port);
    expect(JSON.parse(settings.MILLRACE_ORIGIN_MAP ?? '')).toEqual(standIn.originMap);
    expect(settings.MILLRACE_SECRET_KIT_API_KEY).toBe('kit-api-key-value');
  });

  it('knows nobody by name', async () => {
    expect((await get('/v2/pet/getPetByName/Milou')).status).toBe(404);
  });

  it('lets in who has the name and password of the path, and nobody else', async () => {
    const authorization = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
    expect((await get('/basic-auth/ann/secret', { authorization })).status).toBe(200);
    expect((await get('/basic-auth/ann/other', { authorization })).status).toBe(401);
    expect((await get('/basic-auth/ann/secret')).status).toBe(401);
  });
});
