/* library_words.c: see library_words.h. */
#include "sim/library_words.h"

const struct ys_sim_genre ys_sim_genres[YS_SIM_GENRES] = {
    {"Jazz", 10, 150, 900,
     "Nora Vale Quartet|Blue Lantern Sessions|Cellar Door Jazz|Teodor Rask Trio - Topic|"
     "The Midnight Standard",
     "{s} - {t} (jazz session {y})|{t} ~ {s} plays bebop|{s}: {t} [modal jazz]|"
     "{s} at the Cellar Door: {t}|smooth jazz hour no. {n}: {t}|{s} - {t} (take {n})",
     "Nora Vale|Teodor Rask|Ines Corran|Milo Abernathy|The Quiet Five|Lund & Harrow|Ada Price",
     "Paper Moonrise|Seven Steps Down|Harbour Lights|Slow Tram Home|Indigo Corner|Rain on Tin|"
     "Waltz for Edda|Nightshift|Two Left Shoes|Amber Street|Late Delivery|Old Money Blues",
     "jazz|bebop|saxophone|double bass|swing|live session", "Jazz|Jazz 2|smooth|late night jazz"},
    {"Concerts", 10, 2400, 9000,
     "Festival Archive North|Kulturhaus Live|Big Field Music|Orchard Stage|KXRN Sessions",
     "{s} - live at {t} {y} (full concert)|{s}: full show, {t} {y}|{s} live in concert at {t}|"
     "Full concert: {s} @ {t}, {y}|{s} - {t} festival {y} (complete live set)",
     "Glass Harbour|The Paper Wolves|Marrow & Pine|Kite Season|Helga Strand|Copper Choir|"
     "Static Garden|Los Faroles|The Long Weekend|Orla Quinn",
     "Orchard Stage|Pier Nine|the Old Tannery|Big Field|Castle Yard|the Ice Hall|Kulturhaus|"
     "Lakeside Open Air|the Velvet Room|Harbour Park",
     "concert|live|full show|festival|live music", "Concerts|full concerts|live sets|Konzerte"},
    {"Piano", 10, 120, 2400,
     "Black & Ivory|Klavierzimmer|Emil Santaro|Piano in the Attic",
     "{t} ({s}) piano|{s}: {t} for piano solo|{s} - {t} ~ piano tutorial|{t} - slow piano version|"
     "Piano practice day {n}: {t}",
     "A. Lindqvist|Serafin Moll|Etta Brandeis|J. P. Corvin|Anon. 17th c.|M. Hallow",
     "Nocturne in E flat|Little Prelude no. 4|Winter Study|Gigue|Three Easy Pieces|Sonatina|"
     "Lullaby for a Clock|Toccata|Rondo alla Strada|Arabesque no. 2",
     "piano|classical|sheet music|tutorial|practice", "Piano|piano to learn|Klavier"},
    {"Ambient", 10, 1800, 36000,
     "Still Water Audio|Room Tone|Drift Index|Low Orbit Sounds",
     "{t} - {n} hours of ambient for {s}|ambient: {t}|{t} (deep drone for {s})|"
     "{n} hour {s} soundscape: {t}",
     "sleep|focus|study|reading|writing|calm", "Rain in the Boathouse|Polar Station|Empty Library|"
     "Tidal Engine|Night Ferry|Snow on the Line|Ember Room|Glass Forest|Distant Trains|Cloud Layer",
     "ambient|drone|sleep|focus|background", "Ambient|for sleep|focus"},
    {"Cooking", 26, 240, 1800,
     "Salt & Spoon|Kitchen of Mirela|One Pan Pete|The Patient Stew|Nonna Digitale",
     "{s} {t} recipe|How to cook {t} ({s} style)|{t} in {n} minutes - {s}|"
     "the only {t} recipe you need|{s} {t}, step by step|I cooked {t} for {n} people",
     "easy|weeknight|authentic|cheap|vegetarian|one-pot|spicy|grandma's",
     "lentil stew|mushroom risotto|dan dan noodles|chicken paprikash|pad thai|shakshuka|ramen|"
     "borscht|tomato curry|gnocchi|dumplings|fish tacos|kimchi rice",
     "cooking|recipe|dinner|kitchen|food", "Cooking|recipes|dinner ideas|to cook"},
    {"Baking", 26, 300, 2400,
     "Crumb Lab|The Flour Path|Rye & Shine|Tante Ilse backt",
     "{s} {t} (bread baking)|Baking {t}: {s}|{t} from scratch ~ {s} dough|{s} {t} without a mixer|"
     "why your {t} fails: baking clinic #{n}",
     "no-knead|sourdough|overnight|100% rye|gluten-free|buttery",
     "country loaf|baguettes|cinnamon buns|focaccia|croissants|plum cake|pretzels|brioche|"
     "cheesecake|shortbread",
     "baking|bread|sourdough|dough|cake", "Baking|bread|sourdough"},
    {"Mathematics", 27, 600, 5400,
     "Lemma Channel|Open Lecture Hall|Chalk & Proof|Proofs for Breakfast",
     "{s}, lecture {n}: {t}|{t} explained ({s})|{s}: an intuition for {t}|"
     "Lecture {n} - {t} - {s} {y}|A short proof about {t} ~ mathematics",
     "Linear algebra|Real analysis|Topology|Number theory|Probability|Graph theory",
     "eigenvalues|compactness|prime gaps|random walks|the pigeonhole principle|quotient spaces|"
     "uniform convergence|planar graphs|generating functions|the spectral theorem",
     "mathematics|lecture|proof|university|algebra", "Math lectures|maths|Linear algebra"},
    {"Physics", 27, 480, 5400,
     "Field Lines|Prof. Okoro's Physics|The Quantum Attic|Open Lecture Hall Physics",
     "{s} {n}: {t}|Physics of {t}|{t}: {s} lecture|What is {t}? ({s})|{s} problem class {n} - {t}",
     "Classical mechanics|Electrodynamics|Quantum mechanics|Thermodynamics|Optics",
     "angular momentum|the harmonic oscillator|entropy|gauge fields|interference|phase space|"
     "waveguides|spin one half|heat engines|gyroscopes",
     "physics|lecture|quantum|university|experiment", "Physics|physics lectures"},
    {"Programming", 28, 300, 5400,
     "Null Terminated|Borrow Checked|Terminal Velocity|Compile Errors Weekly|Devroom Archive",
     "{s}: {t}|{t} in {s}, from scratch|{s} tutorial #{n}: {t}|Why {t} is hard ~ {s}|"
     "{t} - a programming talk ({y})|Code review: {t} in {s}",
     "C|Lua|Rust|Python|Go|Haskell|SQL|Erlang",
     "writing a parser|memory arenas|a tiny database|error handling|coroutines|testing legacy code|"
     "lock-free queues|build systems|a text editor|garbage collection|hash tables",
     "programming|coding|software|tutorial|developer", "Programming|dev talks|Code|lua stuff"},
    {"Game development", 20, 300, 3600,
     "Pixel Foundry|Devlog Diaries|Tiny Engine Co|Shader Kitchen",
     "Devlog #{n}: {t}|{s} devlog {n} - {t}|How I made {t} ~ game dev|gamedev: {t} in my {s}|"
     "{t} for your {s} (game development tutorial)",
     "roguelike|platformer|farming game|space sim|tower defence|puzzle game",
     "procedural islands|enemy AI|a dialogue system|pixel-perfect lighting|save files|"
     "inverse kinematics|a level editor|water shaders|netcode|inventory screens",
     "gamedev|devlog|indie|shader|pixel art", "Game dev|devlogs|shaders"},
    {"Retro games", 20, 900, 14400,
     "Cartridge Museum|Any Percent Annex|CRT Nights|Second Player",
     "{s} - {t} speedrun in {n} minutes|{s} longplay ({t})|Retro review: {s} {y}|"
     "{t} run of {s} explained|The forgotten retro game {s}",
     "Castle of Cinders|Turbo Otter|Star Ledger II|Moss Knight|Puzzle Depot|Neon Courier 84|"
     "Dune Ranger|Frogline", "any%|100%|glitchless|low%|blindfolded|two player",
     "retro|speedrun|longplay|gaming|pixel", "Retro games|speedruns"},
    {"Chess", 20, 300, 5400,
     "Fianchetto Club|Endgame Evenings|Rook & Roll Chess|GM Darya Venn",
     "{s}: {t} (chess opening)|{t} trap in the {s}|Chess endgame {n}: {t}|"
     "{s} - {t} ~ chess game {y}|Grandmaster explains {t}|blitz chess #{n}: {s}",
     "Caro-Kann|Sicilian Najdorf|London System|Queen's Gambit|King's Indian|French Defence|"
     "Vienna Game", "the minority attack|opposite-coloured bishops|a queen sacrifice|rook endings|"
     "the isolated pawn|a smothered mate|zugzwang|prophylaxis|exchange sacrifices",
     "chess|opening|endgame|grandmaster|blitz", "Chess|chess openings|endgames"},
    {"Woodworking", 26, 420, 3600,
     "Dovetail Yard|Shavings & Dust|Bench Dogs|Holzwerkstatt Klee",
     "Building a {t} from {s}|{t} - woodworking with {s}|How to make a {t} ({s})|"
     "hand tool woodworking: {t}|{s} {t} build, part {n}",
     "oak|walnut|reclaimed pine|plywood|ash|cherry", "workbench|tool chest|dovetail box|bookcase|"
     "shaving horse|stool|hand plane|jewellery box|garden bench|cutting board",
     "woodworking|hand tools|joinery|workshop|diy", "Woodworking|workshop|wood"},
    {"Home repair", 26, 120, 1500,
     "Fix It Fridays|Tenant's Toolbox|The Calm Plumber", "How to fix a {t}|{t} repair for {s}|"
     "Replace a {t} in {n} minutes|{t}: {s} guide|Don't call anyone: {t} repair",
     "renters|beginners|old houses|flats", "leaking tap|stuck window|squeaky door|cracked tile|"
     "running toilet|loose socket|drafty door|blocked drain|washing machine",
     "repair|diy|how to|home|tools", "Home repair|DIY"},
    {"Cycling", 17, 300, 7200,
     "Gravel & Grit|Spoke Folk|Col Collector|Two Wheels Slow",
     "{s}: {t} by bike|{t} - {s} ride report|Cycling the {t} ({s})|Bike maintenance: {s} {n}|"
     "{n} km on gravel: {t}|bikepacking {t}, day {n}",
     "Bikepacking|Gravel|Road|Commuting|Touring|Winter", "Vesper Pass|coast road|old railway line|"
     "Three Lakes loop|Karst plateau|river trail|Col de la Brume|northern route|salt flats",
     "cycling|bike|gravel|bikepacking|training", "Cycling|bikepacking|Bike maintenance"},
    {"Training", 17, 300, 3600,
     "Slow Morning Yoga|Kettle & Bell|Coach Marisol", "{n} minute {s} {t}|{t} workout for {s}|"
     "{s} {t} routine (no equipment)|Stretching for {s}: {t}|yoga for {s} - {t}",
     "beginners|runners|desk workers|tired days|climbers", "mobility|full body|core|hips|back|"
     "shoulders|balance|breathing", "workout|yoga|mobility|fitness|stretching",
     "Workouts|yoga|stretching"},
    {"Hiking", 19, 480, 5400,
     "Cairn to Cairn|Wet Boots|The Hut Book", "Hiking the {t}, day {n}|{t} - {s} hike|"
     "Solo {s} on the {t}|{s}: {t} trail in {n} days|Silent hiking: {t}",
     "winter|thru-hike|wild camping|autumn|ultralight", "Ravenback Ridge|Lantern Way|High Meadows|"
     "Fjell Traverse|Old Border Path|Cloudberry Trail|Shepherd's Loop|Seven Huts Route",
     "hiking|trail|camping|backpacking|nature", "Hiking|trails"},
    {"Language learning", 27, 180, 2400,
     "Palabra a Palabra|Nihongo Corner|Deutsch im Alltag|Slow Ear Languages",
     "Learn {s}: {t}|{s} listening practice {n}: {t}|{t} in slow {s}|{s} grammar - {t}|"
     "{n} {s} phrases: {t}|{s} for beginners: {t}",
     "Spanish|Japanese|German|Portuguese|Korean|Polish", "at the market|the past tense|ordering "
     "food|asking the way|numbers|particles|false friends|family words|on the train|small talk",
     "language|grammar|listening|vocabulary|beginner", "Spanish|Japanese|Languages|日本語"},
    {"Documentaries", 27, 1500, 7200,
     "Longform Film|Horizon Line Docs|Archive of Work|Dokukiste",
     "{t} (documentary, {y})|Documentary: {t}|{s}: {t} ~ full documentary|{t} - a film about {s}|"
     "{s} - {t}, part {n} (documentary)",
     "labour|the sea|cities|borders|memory|animals", "The Last Ferrymen|Salt Workers|Night Market|"
     "The Lighthouse Strike|A Year on the Delta|The Glass Town|Under the Ring Road|"
     "Letters from the Polder|The Bell Makers|River Without Name",
     "documentary|film|reportage|society|history", "Documentaries|docs|Dokus"},
    {"History", 27, 600, 3600,
     "Footnote History|The Long Century|Ledger & Sword",
     "{t}: a short history|History of {t} ({s})|"
     "{s} history, episode {n}: {t}|Why {t} mattered ~ {s}|Everyday life: {t} in the {s}",
     "Middle Ages|Bronze Age|19th century|early modern world|Roman world", "salt roads|city walls|"
     "postal riders|guilds|lighthouses|canals|bread riots|mapmakers|clockmakers|plague years",
     "history|medieval|archaeology|education", "History|history podcasts"},
    {"Space", 28, 300, 3600,
     "Perihelion|Deep Sky Notebook|Launch Window", "{t} - space news {y}|{s}: {t}|"
     "Astronomy {n}: {t}|What we know about {t} (astronomy)|{t} through a {s}",
     "radio telescope|small refractor|space probe|backyard telescope", "icy moons|red dwarfs|"
     "the outer planets|meteor showers|dark matter|a comet's tail|black holes|lunar craters",
     "space|astronomy|telescope|planets", "Space|astronomy"},
    {"Photography", 26, 240, 2400,
     "Silver Halide Club|Slow Shutter|Grain & Light", "{s} photography: {t}|{t} on {s}|"
     "Photo walk {n}: {t}|How I shoot {t} ({s} photography)|developing {s} at home: {t}",
     "35mm film|street|landscape|medium format|black and white|portrait", "foggy harbours|markets "
     "at dawn|available light|long exposures|wet streets|snow|a single lens|contact sheets",
     "photography|camera|film|darkroom", "Photography|film photography"},
    {"Gardening", 26, 240, 1800,
     "Rooftop Beds|The Compost Heap|Allotment 14", "Growing {t} {s}|{t}: {s} gardening|"
     "When to sow {t} ~ garden diary {n}|{s} garden tour: {t}|how to prune {t} ({s})",
     "on a balcony|without digging|in clay soil|in pots|from seed", "tomatoes|garlic|raspberries|"
     "beans|apple trees|roses|chillies|lettuce|squash", "gardening|garden|seeds|compost",
     "Gardening|garden"},
    {"Comedy", 23, 60, 3000,
     "Deadpan Alley|The Spare Room Sketch Show|Half an Hour of Nothing",
     "{t} (sketch comedy)|Stand-up: {s} on {t}|{s} - {t} ~ stand-up {y}|Sketch {n}: {t}|"
     "{s} tries to explain {t}",
     "Petra Lomax|Oskar Finn|Bea Tumble|Rashid Holloway|The Understudies", "flat-pack furniture|"
     "meetings|his own wedding|a lost parcel|the quiet carriage|parents and phones|"
     "customer service|a polite burglary", "comedy|sketch|stand-up|funny",
     "Comedy|sketches|stand-up"},
};

const struct ys_sim_genre ys_sim_strays = {
    "", 22, 8, 900,
    "Uncle Bert|user8841207|Marta K.|Family Videos 2011|northshore_dan|Lena und Paul|vhs transfers",
    "IMG_{n}|{t}|{t} - {s}|MVI_0{n}.AVI|our {t}, {s} {y}|{t} ({s})",
    "summer|Lisbon|by the lake|at home|Saturday|before the rain",
    "cat asleep in a box|elevator ride|empty car park|birthday|old tram depot|flock of starlings|"
    "a door that sings|fog over the bridge|dog meets wave|puppet show|marble run|first snow",
    "", ""};

const char ys_sim_mixed_lists[] =
    "misc|to sort|Favorites|watch soon|2019 finds|from Anna|Untitled|Saved|あとで見る|音楽|"
    "🎷🎶 chill|Música para la tarde|для вечера|Jazz (copy)|Cooking (1)|好きな動画|"
    "<3 best of|Sonntags|new list|watch with kids|2021|old stuff|random|!!important";
