// Judges requests by policies as IAM would, conditions included: a list of simulations comes in as JSON, a list of words goes out.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const { runSimulation } = createRequire(process.argv[2] + '/')('@cloud-copilot/iam-simulate')

const words = []
for (const simulation of JSON.parse(readFileSync(0, 'utf8'))) {
  const response = await runSimulation(simulation, {})
  words.push(response.resultType === 'error' ? 'error: ' + JSON.stringify(response.errors) : response.overallResult)
}
console.log(JSON.stringify(words))
