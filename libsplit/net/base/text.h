/* SPDX-License-Identifier: MIT */
/* Peers' words, made fit for a terminal and a log. */
#ifndef SPLIT_NET_TEXT_H
#define SPLIT_NET_TEXT_H

/*
 * Keep only what shows: every C0 control, DEL and C1 control becomes a space, every byte that is not
 * part of valid UTF-8 a '?', and a character that a buffer's end has cut goes. In place; the text
 * does not grow.
 */
void split__text_clean(char *text);

#endif
