/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ANSWER_H
#define ANSWER_H
int answer(void);
#endif
