/** Two words of our own lists, such as `amber-otter`: what a run is called when nobody named it. */
export function randomName(fraction: () => number): string {
  return `${pick(ADJECTIVES, fraction())}-${pick(ANIMALS, fraction())}`
}

function pick(words: readonly string[], fraction: number): string {
  return words[Math.min(words.length - 1, Math.floor(fraction * words.length))] ?? 'nameless'
}

export const ADJECTIVES: readonly string[] = `
  able agile airy alert amber ample azure balmy blithe bold brave breezy bright brisk bronze calm candid careful cheery
  chilly civil clear clever coastal cobalt copper coral cosmic cosy crimson crisp curious dapper daring deft dewy diligent
  dreamy dusky eager earnest early easy elated ember fabled fair faithful fearless fleet fluent fond frank free fresh
  friendly frosty gallant gentle gilded glad gleaming golden graceful grand hardy hasty hazel hearty honest humble icy
  indigo ivory jade jaunty jolly jovial keen kind lilac limber lively loyal lucid lucky lunar maple mellow merry mighty
  mild mindful misty modest mossy neat nimble noble olive opal patient peppy placid plucky polar polite prime proud
  prudent quick quiet rapid rosy royal ruby rustic sable sage sandy scarlet serene sharp silent silver sincere sleek
  smooth snowy solar solid spry steady stellar stoic sturdy subtle sunny supple swift tawny tender thrifty tidal tidy
  tranquil trusty upbeat valiant velvet verdant vivid warm wary willing windy winged wise witty zesty
`
  .trim()
  .split(/\s+/)

export const ANIMALS: readonly string[] = `
  aardvark adder albatross alpaca anchovy ant antelope armadillo badger barracuda bat beagle bear beaver bee beetle bison
  bobcat bongo buffalo bumblebee bustard buzzard camel capybara caracal cardinal caribou cassowary cat catfish chamois
  cheetah chinchilla chipmunk cicada clam cobra cockatoo cod condor coot coral cormorant cougar coyote crab crane crayfish
  cricket crow cuckoo curlew deer dingo dolphin donkey dove dragonfly duck dunlin eagle eel egret eider elephant elk emu
  ermine falcon ferret finch firefly flamingo fox frog gannet gazelle gecko gerbil gibbon giraffe gnu goat goldfinch goose
  gopher grouse guanaco gull haddock halibut hamster hare harrier hawk hedgehog heron herring hippo hoopoe hornet horse
  hummingbird hyena ibex ibis iguana impala jackal jackdaw jaguar jay jellyfish kangaroo kestrel kingfisher kite kiwi koala
  kookaburra kudu lapwing lark lemming lemur leopard limpet linnet lion lizard llama lobster locust loon lynx macaw
  mackerel magpie mallard manatee marlin marmot marten meerkat mink mole mongoose moose moth mouse mule narwhal newt
  nightingale nuthatch ocelot octopus okapi opossum orca oriole oryx osprey ostrich otter owl ox oyster panda pangolin
  panther parrot partridge peacock pelican penguin perch pheasant pigeon pika plover polecat pony porpoise prawn ptarmigan
  puffin puma python quail quokka rabbit raccoon raven reindeer rhino robin rook salamander salmon sandpiper seahorse seal
  serval shark sheep shrew shrimp skink skua skylark sloth snail sparrow squid squirrel starfish starling stingray stoat
  stork sturgeon swallow swan swift tapir tarsier tern thrush tiger toad tortoise toucan trout tuna turbot turkey turtle
  viper vole vulture wallaby walrus warbler wasp weasel whale whelk wildcat wolf wolverine wombat woodpecker wren yak zebra
`
  .trim()
  .split(/\s+/)
