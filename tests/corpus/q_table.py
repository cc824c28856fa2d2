"""Q-learning in a corridor: a table of values, no gradient."""
import numpy as np

ROOM, GOAL = 5, 4
ACTIONS = (-1, +1)
rng = np.random.RandomState(19)
Q = np.zeros((ROOM, len(ACTIONS)))
gamma, alpha, epsilon = .9, .5, .3


def move(state, action):
    nxt = min(max(state + ACTIONS[action], 0), ROOM - 1)
    return nxt, float(nxt == GOAL), nxt == GOAL


lengths = []
for episode in range(6):
    state, done, steps = 0, False, 0
    while not done:
        if rng.rand() < epsilon or Q[state, 0] == Q[state, 1]:
            action = rng.randint(2)
        else:
            action = int(np.argmax(Q[state]))
        nxt, reward, done = move(state, action)
        Q[state, action] += alpha * (reward + gamma * (0 if done else Q[nxt].max()) - Q[state, action])
        state = nxt
        steps += 1
        if steps > 60:
            break
    lengths.append(steps)
    epsilon *= .8
print('lengths:', lengths)
print('way:', ''.join('<>'[int(a)] for a in Q.argmax(axis=1)[:-1]))
print(np.array2string(Q, precision=3, sign=' ', prefix='Q = '))
