#!/usr/bin/env node
// Says which addresses a name has: lookup.mjs NAME
import { lookup } from "node:dns/promises";

const name = process.argv[2];
try {
  const addresses = await lookup(name, { all: true });
  console.log([...new Set(addresses.map((it) => it.address))].sort().join("\n"));
} catch (error) {
  console.error(`${name} has no address (${error.code})`);
  process.exit(1);
}
