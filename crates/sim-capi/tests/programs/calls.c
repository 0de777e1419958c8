/* Makes the calls that its arguments name, each a letter with what it needs, and prints a line for each.
 *
 * A context and a card go by a letter of the alphabet. Fields are separated by bars:
 *   e|A          establishes a context             r|A   releases it           v|A   is it valid?
 *   l|A          lists the readers
 *   c|A|X|name   connects to a reader, shared      d|X   disconnects, and leaves the card as it is
 *   t|X|hex      sends a command
 *   s|A|name     tells the state of a reader, its counter aside
 *   w|A|name|hex waits until these bits of a reader's state are set; with "-" before them, until they are not
 *   n|A|number   waits until so many readers are listed
 *   g|A|name|ms  waits until a reader's state is not what it was, and tells how that ended; to begin no later than b says
 *   u            waits until there is a service
 *   p|number     lets so many milliseconds pass
 *   b|ms         ends the program with status 75 where it has run for so many milliseconds: what was before was too late
 *   a|ms         ends it as a failure where it has not: what was before was too early
 *   x|number     has the times of b, a and g so many times as long from here on
 *   f|path       makes an ordinary file            k|path makes a folder the present one
 */

#include <time.h>
#include <unistd.h>
#include "program.h"

#define DEADLINE 60

/* The status of a program whose steps came too late. */
#define LATE 75

static SCARDCONTEXT contexts[128];
static SCARDHANDLE cards[128];
static DWORD protocols[128];
static unsigned char answer[MAX_BUFFER_SIZE_EXTENDED];

static struct timespec begin;
static long times = 1;

/* Whether the program has run for so many milliseconds. Events of the library count from its first call, which is later. */
static int has_run_for(const char *milliseconds)
{
	struct timespec now;
	CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
	long run = (now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1000000;
	return run >= atol(milliseconds) * times;
}

static void be_before(const char *milliseconds)
{
	if (has_run_for(milliseconds))
		_Exit(LATE);
}

static void pause_for(long milliseconds)
{
	struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
	nanosleep(&time, NULL);
}

static void transmit(int card, const char *hex)
{
	unsigned char command[300];
	DWORD length = 0, answered = sizeof answer;
	for (; hex[0] && hex[1]; hex += 2) {
		unsigned byte;
		CHECK(sscanf(hex, "%2x", &byte) == 1 && length < sizeof command);
		command[length++] = byte;
	}
	LONG code = SCardTransmit(cards[card], protocols[card] == SCARD_PROTOCOL_T1 ? SCARD_PCI_T1 : SCARD_PCI_T0,
		command, length, NULL, answer, &answered);
	printf("transmit %08X ", CODE(code));
	for (DWORD i = 0; code == SCARD_S_SUCCESS && i < answered; i++)
		printf("%02X", answer[i]);
	puts("");
}

/* How many readers there are; prints them where it is asked to. */
static int list(int context, int print)
{
	char names[2000] = "";
	DWORD length = sizeof names;
	int count = 0;
	LONG code = SCardListReaders(contexts[context], NULL, names, &length);
	if (print)
		printf("list %08X", CODE(code));
	for (char *name = names; code == SCARD_S_SUCCESS && *name; name += strlen(name) + 1, count++)
		if (print)
			printf(" [%s]", name);
	if (print)
		puts("");
	return count;
}

static void wait_for(int context, const char *name, const char *bits)
{
	int set = bits[0] != '-';
	DWORD mask = strtoul(bits + !set, NULL, 16);
	SCARD_READERSTATE state = {.szReader = name, .dwCurrentState = SCARD_STATE_UNAWARE};
	time_t end = time(NULL) + DEADLINE;
	LONG code;
	do {
		code = SCardGetStatusChange(contexts[context], 1000, &state, 1);
		state.dwCurrentState = state.dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
	} while ((code == SCARD_S_SUCCESS || CODE(code) == CODE(SCARD_E_TIMEOUT)) && time(NULL) < end
		&& ((state.dwEventState & mask) == mask) != set);
	printf("wait %08X\n", ((state.dwEventState & mask) == mask) == set ? 0 : CODE(code));
}

static void change(int context, const char *name, const char *milliseconds)
{
	SCARD_READERSTATE state = {.szReader = name, .dwCurrentState = SCARD_STATE_UNAWARE};
	LONG code = SCardGetStatusChange(contexts[context], 0, &state, 1);
	be_before(milliseconds);
	EXPECT(code);
	state.dwCurrentState = state.dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
	printf("change %08X\n", CODE(SCardGetStatusChange(contexts[context], DEADLINE * 1000, &state, 1)));
}

static void count(int context, int number)
{
	time_t end = time(NULL) + DEADLINE;
	SCARD_READERSTATE state = {.szReader = "\\\\?PnP?\\Notification"};
	while (list(context, 0) != number && time(NULL) < end)
		SCardGetStatusChange(contexts[context], 100, &state, 1);
	printf("count %d\n", list(context, 0));
}

static void find_service(void)
{
	time_t end = time(NULL) + DEADLINE;
	SCARDCONTEXT context;
	LONG code;
	while ((code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context)) != SCARD_S_SUCCESS && time(NULL) < end)
		pause_for(10);
	EXPECT(code);
	EXPECT(SCardReleaseContext(context));
}

static void state_of(int context, const char *name)
{
	SCARD_READERSTATE state = {.szReader = name, .dwCurrentState = SCARD_STATE_UNAWARE};
	LONG code = SCardGetStatusChange(contexts[context], 0, &state, 1);
	printf("state %08X %04lX\n", CODE(code), (unsigned long)(state.dwEventState & 0xFFFF));
}

int main(int argc, char **argv)
{
	CHECK(clock_gettime(CLOCK_MONOTONIC, &begin) == 0);
	for (int i = 1; i < argc; i++) {
		char *step = argv[i], *field[4] = {"", "", "", ""};
		for (int j = 0; j < 4 && step; j++) {
			field[j] = step;
			step = strchr(step, '|');
			if (step)
				*step++ = 0;
		}
		int handle = field[1][0] & 127;
		switch (field[0][0]) {
		case 'e':
			contexts[handle] = 0x55;
			printf("establish %08X", CODE(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &contexts[handle])));
			printf("%s\n", contexts[handle] == 0x55 ? " untouched" : contexts[handle] ? "" : " 0");
			break;
		case 'r':
			printf("release %08X\n", CODE(SCardReleaseContext(contexts[handle])));
			break;
		case 'v':
			printf("valid %08X\n", CODE(SCardIsValidContext(contexts[handle])));
			break;
		case 'l':
			list(handle, 1);
			break;
		case 'n':
			count(handle, atoi(field[2]));
			break;
		case 'c': {
			int card = field[2][0] & 127;
			printf("connect %08X\n", CODE(SCardConnect(contexts[handle], field[3], SCARD_SHARE_SHARED,
				SCARD_PROTOCOL_ANY, &cards[card], &protocols[card])));
			break;
		}
		case 'd':
			printf("disconnect %08X\n", CODE(SCardDisconnect(cards[handle], SCARD_LEAVE_CARD)));
			break;
		case 't':
			transmit(handle, field[2]);
			break;
		case 's':
			state_of(handle, field[2]);
			break;
		case 'w':
			wait_for(handle, field[2], field[3]);
			break;
		case 'g':
			change(handle, field[2], field[3]);
			break;
		case 'u':
			find_service();
			break;
		case 'p':
			pause_for(atol(field[1]));
			break;
		case 'b':
			be_before(field[1]);
			break;
		case 'a':
			CHECK(has_run_for(field[1]));
			break;
		case 'x':
			times = atol(field[1]);
			break;
		case 'f': {
			FILE *file = fopen(field[1], "w");
			CHECK(file);
			fclose(file);
			break;
		}
		case 'k':
			CHECK(chdir(field[1]) == 0);
			break;
		default:
			CHECK(!"a step");
		}
		fflush(stdout);
	}
	return 0;
}
