/** Sentences about engineering and technology, one a line. See `corpus.ts` for their rules. */
export const CRAFT = `
A bridge must carry its own weight before it can carry anything else.
The arch turns the load of the roof into a push against the walls.
Steel bends before it breaks, and that gives people time to leave.
Concrete is strong under pressure but weak when it is pulled.
The old mill used the same stream for three hundred years.
A wheel is simple, yet it needs a road to be of any use.
The lever lets a small force move a large stone.
Every machine turns some of its energy into heat.
The engine was loud, heavy and completely reliable.
Steam drove the pumps that kept the mines dry.
The first trains ran no faster than a good horse.
A railway needs a common time, so the towns gave up their own.
Copper wire carried messages across the ocean in minutes instead of weeks.
The light bulb was not one invention but a thousand small improvements.
Power lines hum when the air is damp.
Electric motors are quiet, small and easy to control.
A battery stores energy in the bonds between atoms.
The wind turns the blades, the blades turn the shaft, and the shaft makes current.
Solar cells work best on cold, bright days.
The network must balance supply and demand at every second.
Good tools fit the hand.
A sharp knife is safer than a dull one.
Wood moves with the seasons, so leave a little space between the boards.
Glue holds well when the surface is clean and the joint is tight.
Measure the space before you buy the table.
The carpenter keeps his best blade for the last cut.
The hands learn to feel when the clay is ready.
The loom is a very old technology: threads over, threads under.
A loom with its cards was an early form of a program.
A computer does exactly what it is told, which is often the problem.
A program is read far more often than it is written.
The best code is the code that you do not have to write.
Names matter: a clear name can replace a long comment.
Small functions are easy to test and easy to move.
Write the test first, watch it fail, and then make it pass.
A bug that appears only at night is usually about time.
The cache was correct, but it answered an old question.
Fast systems avoid work; they do not only do it faster.
Before you make a thing fast, make sure that it is right.
A queue protects a busy server, provided that the queue has an end.
When the load doubles, the waiting time may grow much more than that.
Delay is what the user feels, and volume is what the owner pays for.
The average looked fine, but one request in a hundred was very slow.
Two clocks never agree.
A message can be lost, repeated or late, and the protocol must expect all three.
Copies keep data safe, and they also make it hard to agree on the truth.
A good error message says what happened and what to do next.
Logs are letters to the person who will be awake at three in the morning.
The server did not crash; it only stopped answering.
Restart it, and write down why.
Most outages begin with a change.
Roll out slowly, watch closely, and keep the old version ready.
Simple parts fail in simple ways.
A system with no limits will find one at the worst moment.
Security is a habit, not a product.
Keep secrets out of the code.
A strong password is long rather than strange.
The safest data are the data that you never collected.
The screen shows a picture sixty times in a second.
A camera counts light in millions of tiny wells.
Radio waves pass through walls but not through metal.
The phone in your pocket listens to satellites to learn where it is.
A signal grows weaker with distance, so towers stand at regular steps.
Noise can be reduced, but it can never be removed entirely.
Codes that correct errors let us hear a small ship at the edge of the solar system.
Memory is fast when it is near and slow when it is far away.
The processor spends much of its life waiting for data.
Many cores help only if the work can be divided.
A lock is easy to add and hard to remove.
Sorting is one of the oldest problems that machines were asked to solve.
A hash turns a long name into a short number.
A tree with wide nodes keeps the number of steps small.
The compiler found a mistake that three people had missed.
Types are a kind of proof that the computer checks for you.
A comment should tell why, because the code already tells how.
The interface is a promise, and the rest may change.
Old formats live longer than the companies that designed them.
Data without a unit are only numbers.
A language model predicts the next word from all the words before it.
Large models read a prompt once and then write one token at a time.
Words that were seen before need not be computed again.
The longer the answer, the more memory it needs.
Training takes weeks, but an answer takes seconds.
A robot is good at doing the same thing and poor at doing a new one.
The arm stopped, measured its position, and began again from the start.
Sensors drift, so the machine checks itself every morning.
A valve that never moves will be stuck when you need it.
A rocket carries mostly fuel, and the fuel is there to lift the fuel.
A plane stays up because air is pushed down.
The ship was built of iron, and it did float.
A canal climbs a hill by means of locks.
The tunnel was started from both ends and met in the middle.
A tower must be able to move a little in the wind.
Clean water has saved more lives than any other work of engineers.
The pipes under the street are older than the houses above them.
The pump failed twice in one winter, and after that there were two pumps.
A spare part is cheap until the day you need it.
Good design is quiet.
The drawing was perfect; the wall was not.
A standard screw is a small thing that made large industry possible.
Quality comes from the process and not from the final check.
The team fixed the cause instead of the symptom.
Plans change, but planning is still worth the time.
It works well.
A prototype answers one question, and then it should be thrown away.
Build it, break it, and build it better.
What would happen if both cables were cut at once?
The second design is often too large, the third is about right.
Cheap and simple wins more often than new and clever.
Maintenance is the part of engineering that nobody celebrates.
The clock in the tower is wound by hand once a week.
An elevator is a safe machine because a brake stops it when the rope breaks.
The factory makes one small part, and the whole world depends on it.
Paint protects the iron, and the sea removes the paint.
Every tool was once a new idea.
`;
