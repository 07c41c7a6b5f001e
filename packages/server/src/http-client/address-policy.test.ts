import { describe, expect, test } from 'vitest';
import { createAddressPolicy } from './address-policy.ts';

const refused: readonly (readonly [string, string])[] = [
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:8.8.8.8', 'IPv4-mapped IPv6'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['fd12:3456::1', 'private'],
  ['fec0::1', 'private'],
  ['169.254.1.1', 'link-local'],
  ['fe80::1', 'link-local'],
  ['169.254.169.254', 'cloud metadata'],
  ['::ffff:169.254.169.254', 'cloud metadata'],
  ['fd00:ec2::254', 'cloud metadata'],
  ['168.63.129.16', 'cloud metadata'],
  ['100.64.0.1', 'carrier-grade NAT'],
  ['224.0.0.1', 'multicast'],
  ['ff02::1', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['0.0.0.0', 'unspecified'],
  ['0.1.2.3', 'unspecified'],
  ['::', 'unspecified'],
  ['64:ff9b::7f00:1', 'NAT64'],
  ['64:ff9b:1::1', 'NAT64'],
  ['2002:7f00:1::', '6to4'],
  ['::7f00:1', 'reserved'],
  ['192.0.2.1', 'reserved'],
  ['240.0.0.1', 'reserved'],
  ['2001:db8::1', 'reserved'],
];

describe('an address that is not public is refused', () => {
  test.each(refused)('%s is refused as %s', (address, rule) => {
    expect(createAddressPolicy([]).refusal(address)?.rule).toBe(rule);
  });

  test.each(refused)('%s is let through by the entry that the refusal of it names', (address) => {
    const refusal = createAddressPolicy([]).refusal(address);
    expect(createAddressPolicy([refusal?.allowedBy ?? '']).refusal(address)).toBeUndefined();
  });
});

test.each([
  '8.8.8.8',
  '93.184.216.34',
  '2606:4700:4700::1111',
  '172.32.0.1',
  '100.128.0.1',
  '126.255.255.255',
])('the public address %s may be called', (address) => {
  expect(createAddressPolicy([]).refusal(address)).toBeUndefined();
});

test('"loopback" allows loopback in every notation and nothing else', () => {
  const policy = createAddressPolicy(['loopback']);
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
    expect(policy.refusal(address)).toBeUndefined();
  for (const address of ['10.0.0.1', '0.0.0.0', '169.254.169.254', '::'])
    expect(policy.refusal(address)).toBeDefined();
});

test('"private" allows neither loopback nor a metadata service that has a private address', () => {
  const policy = createAddressPolicy(['private']);
  expect(policy.refusal('10.0.0.1')).toBeUndefined();
  expect(policy.refusal('127.0.0.1')?.rule).toBe('loopback');
  expect(policy.refusal('fd00:ec2::254')?.rule).toBe('cloud metadata');
});

test('a wide range does not allow a metadata service, an entry for its address does', () => {
  expect(createAddressPolicy(['169.254.0.0/16']).refusal('169.254.169.254')?.rule).toBe('cloud metadata');
  expect(createAddressPolicy(['169.254.169.254']).refusal('169.254.169.254')).toBeUndefined();
});

test('a range allows what is in it and nothing beside it', () => {
  const policy = createAddressPolicy(['10.1.0.0/16', 'fd12::/32']);
  expect(policy.refusal('10.1.255.1')).toBeUndefined();
  expect(policy.refusal('fd12::9')).toBeUndefined();
  expect(policy.refusal('10.2.0.1')?.rule).toBe('private');
});

test('an entry that is no kind and no range is a clear error', () => {
  expect(() => createAddressPolicy(['localhost'])).toThrow(/"localhost" is not an allowed address/);
});

test('what is not an address at all is refused', () => {
  expect(createAddressPolicy(['loopback']).refusal('localhost')).toBeDefined();
});
