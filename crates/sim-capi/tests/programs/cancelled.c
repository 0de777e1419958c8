/* Threads that pthread_cancel is to end: at their first call, and in a wait: case 40. */

#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <time.h>
#include "program.h"

static SCARDCONTEXT context;

static void *begin(void *unused)
{
	(void)unused;
	/* It is asked to end before its call, which cannot end it half-way. */
	CHECK(pthread_cancel(pthread_self()) == 0);
	EXPECT(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context));
	pthread_testcancel();
	return NULL;
}

static void *wait_for_a_change(void *unused)
{
	SCARD_READERSTATE state = {.szReader = READER, .dwCurrentState = SCARD_STATE_UNAWARE};
	(void)unused;
	EXPECT(SCardGetStatusChange(context, 0, &state, 1));
	state.dwCurrentState = state.dwEventState;
	CHECK(CODE(SCardGetStatusChange(context, INFINITE, &state, 1)) == CODE(SCARD_E_CANCELLED));
	pthread_testcancel();
	return NULL;
}

static int ends_within(pthread_t thread, long milliseconds)
{
	struct timespec until;
	void *value = NULL;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += milliseconds % 1000 * 1000000;
	until.tv_sec += milliseconds / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	int result = pthread_timedjoin_np(thread, &value, &until);
	CHECK(result == 0 || result == ETIMEDOUT);
	CHECK(result != 0 || value == PTHREAD_CANCELED);
	return result == 0;
}

int main(void)
{
	pthread_t thread;
	CHECK(pthread_create(&thread, NULL, begin, NULL) == 0);
	CHECK(ends_within(thread, 20000));
	puts("the first call is made, and then the thread ends");

	CHECK(pthread_create(&thread, NULL, wait_for_a_change, NULL) == 0);
	CHECK(pthread_cancel(thread) == 0);
	printf("the wait is %s\n", ends_within(thread, 500) ? "ended" : "not ended");
	/* Until it has begun to wait there is nothing to cancel. */
	do
		EXPECT(SCardCancel(context));
	while (!ends_within(thread, 50));
	puts("SCardCancel ends it, and then the thread ends");
	EXPECT(SCardReleaseContext(context));
	return 0;
}
